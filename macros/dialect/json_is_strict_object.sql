{# Whether a text is one JSON object by RFC 8259 whose numbers fit a double, so that any receiver can read it. DuckDB's parser also takes NaN, Infinity,
   trailing commas and 1e999; such a payload fails a whole batch at the vendor, so they are looked for outside of strings. `case` and not `and`: DuckDB
   works out all sides of an `and`. #}
{% macro json_is_strict_object(text) -%}
    {{- return(adapter.dispatch('json_is_strict_object', 'crosswalk')(text)) -}}
{%- endmacro %}

{% macro default__json_is_strict_object(text) %}{{ crosswalk.lacks_verb('json_is_strict_object') }}{% endmacro %}

{% macro duckdb__json_is_strict_object(text) -%}
    case
        when not coalesce(json_valid({{ text }}), false) then false
        when left(ltrim({{ text }}, ' ' || chr(9) || chr(13)), 1) <> '{' then false
        when regexp_matches({{ text }}, '[:,\[]\s*-?(?:[nN][aA]|[iI][nN]|[0-9.]+[eE][+]?[0-9]{3})|,\s*[}\]]')
            then not regexp_matches(
                regexp_replace({{ text }}, '"(?:[^"\\]|\\.)*"', '""', 'g'),
                '[nN][aA][nN]|[iI][nN][fF]|,\s*[}\]]|[eE][+]?0*(?:30[89]|3[1-9][0-9]|[4-9][0-9]{2}|[1-9][0-9]{3})'
            )
        else true
    end
{%- endmacro %}
