{# As `json_pick`, with texts in place of JSON values: strings unquoted, JSON null as null. #}
{% macro json_pick_text(object, keys) -%}
    {{- return(adapter.dispatch('json_pick_text', 'crosswalk')(object, keys)) -}}
{%- endmacro %}

{% macro default__json_pick_text(object, keys) %}{{ crosswalk.lacks_verb('json_pick_text') }}{% endmacro %}

{% macro duckdb__json_pick_text(object, keys) -%}
    json_extract_string({{ object }}, [
        {%- for key in keys %}
        {{ crosswalk.json_path(key) }}{{ ',' if not loop.last }}
        {%- else %}'$'
        {%- endfor %}
    ]::varchar[])
{%- endmacro %}

{% macro postgres__json_pick_text(object, keys) -%}
    {{ crosswalk.postgres__function('json_pick_text') }}(({{ object }})::text, {{ crosswalk.text_list(keys) }})
{%- endmacro %}

{% macro spark__json_pick_text(object, keys) -%}
    transform({{ crosswalk.json_pick(object, keys) }}, picked -> {{ crosswalk.spark__value_text('picked') }})
{%- endmacro %}

{% macro databricks__json_pick_text(object, keys) -%}
    {{- return(crosswalk.spark__json_pick_text(object, keys)) -}}
{%- endmacro %}

{% macro snowflake__json_pick_text(object, keys) -%}
    {{ crosswalk.python__call('text', 'json_pick_text', [object, crosswalk.text_list(keys)]) }}
{%- endmacro %}

{% macro redshift__json_pick_text(object, keys) -%}
    {{ crosswalk.python__call('text', 'json_pick_text', [object, crosswalk.text_list(keys)]) }}
{%- endmacro %}

{% macro bigquery__json_pick_text(object, keys) -%}
    {{ crosswalk.python__call('text', 'json_pick_text', [object, crosswalk.text_list(keys)]) }}
{%- endmacro %}
