{# Whether a text is one JSON object by RFC 8259 whose numbers fit a double, so that any receiver can read it. DuckDB's parser also takes NaN, Infinity,
   trailing commas and 1e999; such a payload fails a whole batch at the vendor, so they are looked for outside of strings. `case` and not `and`: DuckDB
   works out all sides of an `and`. #}
{% macro json_is_strict_object(text) -%}
    {{- return(adapter.dispatch('json_is_strict_object', 'crosswalk')(text)) -}}
{%- endmacro %}

{% macro default__json_is_strict_object(text) %}{{ crosswalk.lacks_verb('json_is_strict_object') }}{% endmacro %}

{# Three patterns and not one: RE2 skips to the character that a pattern begins with, and looks at every byte where it may be one of several. #}
{% macro duckdb__json_is_strict_object(text) -%}
    {%- set doubtful = '-?(?:[nN][aA]|[iI][nN]|[0-9.]+[eE][+]?[0-9]{3}|[0-9]{300})' -%}
    {%- set bare = "regexp_replace(" ~ text ~ ", '\"(?:[^\"\\\\]|\\\\.)*\"', '\"\"', 'g')" -%}
    case
        when not coalesce(json_valid({{ text }}), false) then false
        when left({{ text }}, 1) <> '{' and left(ltrim({{ text }}, ' ' || chr(9) || chr(13)), 1) <> '{' then false
        when
            regexp_matches({{ text }}, ':\s*{{ doubtful }}')
            or regexp_matches({{ text }}, ',\s*(?:{{ doubtful }}|[}\]])')
            or regexp_matches({{ text }}, '\[\s*{{ doubtful }}')
            then
                not regexp_matches({{ bare }}, '[nN][aA][nN]|[iI][nN][fF]|,\s*[}\]]')
                and coalesce(list_bool_and(list_transform(
                    regexp_extract_all({{ bare }}, '-?[0-9]+(?:[.][0-9]+)?(?:[eE][-+]?[0-9]+)?'),
                    lambda digits: coalesce(isfinite(try_cast(digits as double)), false)
                )), true)
        else true
    end
{%- endmacro %}

{% macro postgres__json_is_strict_object(text) -%}
    {{ crosswalk.postgres__function('json_is_strict_object') }}({{ text }})
{%- endmacro %}

{% macro spark__json_is_strict_object(text) -%}
    {{ crosswalk.spark__is_strict_object(text) }}
{%- endmacro %}

{% macro databricks__json_is_strict_object(text) -%}
    {{- return(crosswalk.spark__json_is_strict_object(text)) -}}
{%- endmacro %}

{% macro snowflake__json_is_strict_object(text) -%}
    {{ crosswalk.python__call('flag', 'json_is_strict_object', [text]) }}
{%- endmacro %}

{% macro redshift__json_is_strict_object(text) -%}
    {{ crosswalk.python__call('flag', 'json_is_strict_object', [text]) }}
{%- endmacro %}

{% macro bigquery__json_is_strict_object(text) -%}
    {{ crosswalk.python__call('flag', 'json_is_strict_object', [text]) }}
{%- endmacro %}
