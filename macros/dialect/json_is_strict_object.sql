{# Whether a text is one JSON object by RFC 8259. DuckDB's parser also takes NaN, Infinity and trailing commas; such a
   payload fails a whole batch at the vendor, so they are looked for outside of strings. #}
{% macro json_is_strict_object(text) -%}
    {{- return(adapter.dispatch('json_is_strict_object', 'crosswalk')(text)) -}}
{%- endmacro %}

{% macro default__json_is_strict_object(text) %}{{ crosswalk.lacks_verb('json_is_strict_object') }}{% endmacro %}

{% macro duckdb__json_is_strict_object(text) -%}
    coalesce(
        json_valid({{ text }})
        and left(ltrim({{ text }}, ' ' || chr(9) || chr(13)), 1) = '{'
        and not (
            regexp_matches({{ text }}, '[:,\[]\s*-?(?:[nN][aA]|[iI][nN])|,\s*[}\]]')
            and regexp_matches(regexp_replace({{ text }}, '"(?:[^"\\]|\\.)*"', '""', 'g'), '[nN][aA][nN]|[iI][nN][fF]|,\s*[}\]]')
        ),
        false
    )
{%- endmacro %}
