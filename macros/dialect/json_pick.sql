{# Several literal keys of one object in one parse: a value that `json_picked` and `json_picked_text` read.
   Each single-key read would parse the column anew. Engines with a parsed JSON type render the object itself. #}
{% macro json_pick(object, keys) -%}
    {{- return(adapter.dispatch('json_pick', 'crosswalk')(object, keys)) -}}
{%- endmacro %}

{% macro default__json_pick(object, keys) %}{{ crosswalk.lacks_verb('json_pick') }}{% endmacro %}

{% macro duckdb__json_pick(object, keys) -%}
    json_extract({{ object }}, [
        {%- for key in keys %}
        {{ crosswalk.json_path(key) }}{{ ',' if not loop.last }}
        {%- else %}'$'
        {%- endfor %}
    ]::varchar[])
{%- endmacro %}

{% macro postgres__json_pick(object, keys) -%}
    {{ crosswalk.postgres__function('json_pick') }}(({{ object }})::text, {{ crosswalk.text_list(keys) }})
{%- endmacro %}
