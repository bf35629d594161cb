{# Whether one of the literal names is a key anywhere in a JSON text, however its letters are escaped there. `opened` looks into texts within it too,
   where everything is escaped once more. #}
{% macro json_names_any(text, names, opened=false) -%}
    {{- return(adapter.dispatch('json_names_any', 'crosswalk')(text, names, opened)) -}}
{%- endmacro %}

{% macro default__json_names_any(text, names, opened=false) %}{{ crosswalk.lacks_verb('json_names_any') }}{% endmacro %}

{% macro duckdb__json_names_any(text, names, opened=false) -%}
    -- a text without an escape of a plain letter is looked through five times as fast
    case
        when contains({{ text }}, '\u00') then regexp_matches({{ text }}, {{ crosswalk.literal(crosswalk.json_name_pattern(names, opened)) }})
        else coalesce(regexp_matches({{ text }}, {{ crosswalk.literal(crosswalk.json_name_pattern(names, opened, escapes=false)) }}), false)
    end
{%- endmacro %}

{# PostgreSQL manual, 9.7.3 POSIX Regular Expressions. #}
{% macro postgres__json_names_any(text, names, opened=false) -%}
    coalesce({{ text }} ~ {{ crosswalk.literal(crosswalk.json_name_pattern(names, opened)) }}, false)
{%- endmacro %}

{% macro snowflake__json_names_any(text, names, opened=false) -%}
    coalesce({{ crosswalk.matches(text, crosswalk.json_name_pattern(names, opened)) }}, false)
{%- endmacro %}

{% macro redshift__json_names_any(text, names, opened=false) -%}
    coalesce({{ crosswalk.matches(text, crosswalk.json_name_pattern(names, opened)) }}, false)
{%- endmacro %}

{% macro bigquery__json_names_any(text, names, opened=false) -%}
    coalesce({{ crosswalk.matches(text, crosswalk.json_name_pattern(names, opened)) }}, false)
{%- endmacro %}
