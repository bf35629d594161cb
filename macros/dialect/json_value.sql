{# JSON value of one literal top-level key; null where the key is absent. JSON null stays JSON null. #}
{% macro json_value(object, key) -%}
    {{- return(adapter.dispatch('json_value', 'crosswalk')(object, key)) -}}
{%- endmacro %}

{% macro default__json_value(object, key) %}{{ crosswalk.lacks_verb('json_value') }}{% endmacro %}

{% macro duckdb__json_value(object, key) -%}
    json_extract({{ object }}, {{ crosswalk.json_path(key) }})
{%- endmacro %}

{% macro postgres__json_value(object, key) -%}
    {{ crosswalk.postgres__function('json_value') }}(({{ object }})::text, {{ crosswalk.literal(key) }})
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: regexp_extract. #}
{% macro spark__json_value(object, key) -%}
    nullif(regexp_extract({{ object }}, {{ crosswalk.json_path(key) }}, 1), '')
{%- endmacro %}

{% macro databricks__json_value(object, key) -%}
    {{- return(crosswalk.spark__json_value(object, key)) -}}
{%- endmacro %}

{% macro snowflake__json_value(object, key) -%}
    {{ crosswalk.python__call('text', 'json_value', [object, crosswalk.literal(key)]) }}
{%- endmacro %}

{% macro redshift__json_value(object, key) -%}
    {{ crosswalk.python__call('text', 'json_value', [object, crosswalk.literal(key)]) }}
{%- endmacro %}

{% macro bigquery__json_value(object, key) -%}
    {{ crosswalk.python__call('text', 'json_value', [object, crosswalk.literal(key)]) }}
{%- endmacro %}
