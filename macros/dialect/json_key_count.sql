{# How many keys an object has at its top level. #}
{% macro json_key_count(object) -%}
    {{- return(adapter.dispatch('json_key_count', 'crosswalk')(object)) -}}
{%- endmacro %}

{% macro default__json_key_count(object) %}{{ crosswalk.lacks_verb('json_key_count') }}{% endmacro %}

{% macro duckdb__json_key_count(object) -%}
    len(json_keys({{ object }}))
{%- endmacro %}

{% macro postgres__json_key_count(object) -%}
    cardinality({{ crosswalk.postgres__function('json_keys') }}(({{ object }})::text))
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: size. #}
{% macro spark__json_key_count(object) -%}
    size({{ crosswalk.spark__json_entries(object, 2) }})
{%- endmacro %}

{% macro databricks__json_key_count(object) -%}
    {{- return(crosswalk.spark__json_key_count(object)) -}}
{%- endmacro %}

{% macro snowflake__json_key_count(object) -%}
    {{ crosswalk.python__call('count', 'json_size', [object]) }}
{%- endmacro %}

{% macro redshift__json_key_count(object) -%}
    {{ crosswalk.python__call('count', 'json_size', [object]) }}
{%- endmacro %}

{% macro bigquery__json_key_count(object) -%}
    {{ crosswalk.python__call('count', 'json_size', [object]) }}
{%- endmacro %}
