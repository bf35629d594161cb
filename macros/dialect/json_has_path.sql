{# Whether a path with wildcards leads to a value in a JSON text. #}
{% macro json_has_path(text, path) -%}
    {{- return(adapter.dispatch('json_has_path', 'crosswalk')(text, path)) -}}
{%- endmacro %}

{% macro default__json_has_path(text, path) %}{{ crosswalk.lacks_verb('json_has_path') }}{% endmacro %}

{% macro duckdb__json_has_path(text, path) -%}
    len(json_extract({{ text }}, '{{ path }}')) > 0
{%- endmacro %}

{# PostgreSQL manual, 9.16.2 The SQL/JSON Path Language; without the filter `.*` of a value that is no object is an error. #}
{% macro postgres__json_has_path(text, path) -%}
    coalesce(jsonb_path_exists(({{ text }})::jsonb, 'strict {{ path | replace(".*", ' ? (@.type() == "object").*') }}', '{}', true), false)
{%- endmacro %}
