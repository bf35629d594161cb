{# Whether a text is one JSON object by RFC 8259. DuckDB's parser also takes NaN, Infinity and trailing commas; such a
   payload fails a whole batch at the vendor, so they are looked for outside of strings. `case` and not `and`: DuckDB works out all sides of an `and`. #}
{% macro json_is_strict_object(text) -%}
    {{- return(adapter.dispatch('json_is_strict_object', 'crosswalk')(text)) -}}
{%- endmacro %}

{% macro default__json_is_strict_object(text) %}{{ crosswalk.lacks_verb('json_is_strict_object') }}{% endmacro %}

{% macro duckdb__json_is_strict_object(text) -%}
    case
        when not coalesce(json_valid({{ text }}), false) then false
        when left(ltrim({{ text }}, ' ' || chr(9) || chr(13)), 1) <> '{' then false
        when regexp_matches({{ text }}, '[:,\[]\s*-?(?:[nN][aA]|[iI][nN])|,\s*[}\]]')
            then not regexp_matches(
                regexp_replace({{ text }}, '"(?:[^"\\]|\\.)*"', '""', 'g'), '[nN][aA][nN]|[iI][nN][fF]|,\s*[}\]]'
            )
        else true
    end
{%- endmacro %}
