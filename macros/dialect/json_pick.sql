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

{# Spark SQL reference, Built-in Functions: array_position, get. #}
{% macro spark__json_pick(object, keys) -%}
    {%- if not keys -%}
    cast(array() as array<string>)
    {%- else -%}
    {{ crosswalk.spark__let('whole', object, crosswalk.spark__let(
        'known', 'struct(' ~ crosswalk.spark__json_entries('whole', 2) ~ ' as names, ' ~ crosswalk.spark__json_entries('whole', 3) ~ ' as found)',
        'transform(' ~ crosswalk.spark__key_texts(keys) ~ ', wanted -> get(known.found, cast(array_position(known.names, wanted) as int) - 1))'
    )) }}
    {%- endif -%}
{%- endmacro %}

{% macro databricks__json_pick(object, keys) -%}
    {{- return(crosswalk.spark__json_pick(object, keys)) -}}
{%- endmacro %}

{% macro snowflake__json_pick(object, keys) -%}
    {{ crosswalk.python__call('text', 'json_pick', [object, crosswalk.text_list(keys)]) }}
{%- endmacro %}

{% macro redshift__json_pick(object, keys) -%}
    {{ crosswalk.python__call('text', 'json_pick', [object, crosswalk.text_list(keys)]) }}
{%- endmacro %}

{% macro bigquery__json_pick(object, keys) -%}
    {{ crosswalk.python__call('text', 'json_pick', [object, crosswalk.text_list(keys)]) }}
{%- endmacro %}
