{# How many elements a list of text has. #}
{% macro list_size(list) -%}
    {{- return(adapter.dispatch('list_size', 'crosswalk')(list)) -}}
{%- endmacro %}

{% macro default__list_size(list) %}{{ crosswalk.lacks_verb('list_size') }}{% endmacro %}

{% macro duckdb__list_size(list) -%}
    len({{ list }})
{%- endmacro %}

{# PostgreSQL manual, 9.19 Array Functions and Operators. #}
{% macro postgres__list_size(list) -%}
    cardinality({{ list }})
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: size. #}
{% macro spark__list_size(list) -%}
    size({{ list }})
{%- endmacro %}

{% macro databricks__list_size(list) -%}
    {{- return(crosswalk.spark__list_size(list)) -}}
{%- endmacro %}

{% macro snowflake__list_size(list) -%}
    {{ crosswalk.python__call('count', 'json_size', [list]) }}
{%- endmacro %}

{% macro redshift__list_size(list) -%}
    {{ crosswalk.python__call('count', 'json_size', [list]) }}
{%- endmacro %}

{% macro bigquery__list_size(list) -%}
    {{ crosswalk.python__call('count', 'json_size', [list]) }}
{%- endmacro %}
