{# The type of the JSON columns of the hub and the destinations, by the variable `json_type`. #}
{% macro json_type_name() -%}
    {{- return(adapter.dispatch('json_type_name', 'crosswalk')()) -}}
{%- endmacro %}

{% macro default__json_type_name() %}{{ crosswalk.lacks_verb('json_type_name') }}{% endmacro %}

{% macro duckdb__json_type_name() -%}
    {{ var('json_type') }}
{%- endmacro %}

{% macro postgres__json_type_name() -%}
    {{ var('json_type') }}
{%- endmacro %}

{# A text as it is: a VARIANT would not be what is sent. #}
{% macro spark__json_type_name() -%}
    string
{%- endmacro %}

{% macro databricks__json_type_name() -%}
    {{- return(crosswalk.spark__json_type_name()) -}}
{%- endmacro %}

{% macro snowflake__json_type_name() -%}
    {{ var('json_type') }}
{%- endmacro %}

{% macro redshift__json_type_name() -%}
    {{ 'varchar(65535)' if var('json_type') == 'varchar' else var('json_type') }}
{%- endmacro %}

{% macro bigquery__json_type_name() -%}
    {{ var('json_type') }}
{%- endmacro %}
