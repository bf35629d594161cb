{# Text of one literal top-level key; null where the key is absent or JSON null; other values as their JSON text. #}
{% macro json_text(object, key) -%}
    {{- return(adapter.dispatch('json_text', 'crosswalk')(object, key)) -}}
{%- endmacro %}

{% macro default__json_text(object, key) %}{{ crosswalk.lacks_verb('json_text') }}{% endmacro %}

{% macro duckdb__json_text(object, key) -%}
    json_extract_string({{ object }}, {{ crosswalk.json_path(key) }})
{%- endmacro %}

{% macro postgres__json_text(object, key) -%}
    {{ crosswalk.postgres__function('json_scalar_text') }}({{ crosswalk.postgres__function('json_value') }}(({{ object }})::text, {{ crosswalk.literal(key) }}))
{%- endmacro %}

{% macro spark__json_text(object, key) -%}
    {{ crosswalk.json_scalar_text(crosswalk.json_value(object, key)) }}
{%- endmacro %}

{% macro databricks__json_text(object, key) -%}
    {{- return(crosswalk.spark__json_text(object, key)) -}}
{%- endmacro %}

{% macro snowflake__json_text(object, key) -%}
    {{ crosswalk.python__call('text', 'json_text', [object, crosswalk.literal(key)]) }}
{%- endmacro %}

{% macro redshift__json_text(object, key) -%}
    {{ crosswalk.python__call('text', 'json_text', [object, crosswalk.literal(key)]) }}
{%- endmacro %}

{% macro bigquery__json_text(object, key) -%}
    {{ crosswalk.python__call('text', 'json_text', [object, crosswalk.literal(key)]) }}
{%- endmacro %}
