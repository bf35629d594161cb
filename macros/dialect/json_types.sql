{# The names that the variable `json_type` may have on this warehouse. #}
{% macro json_types() -%}
    {{- return(adapter.dispatch('json_types', 'crosswalk')()) -}}
{%- endmacro %}

{% macro default__json_types() %}{{ crosswalk.lacks_verb('json_types') }}{% endmacro %}

{% macro duckdb__json_types() -%}
    {{- return(['json', 'varchar']) -}}
{%- endmacro %}

{# PostgreSQL manual, 8.14 JSON Types: json keeps the text as it is; jsonb would write keys and numbers anew, and nothing that was checked would be what is sent. #}
{% macro postgres__json_types() -%}
    {{- return(['json', 'text']) -}}
{%- endmacro %}

{% macro spark__json_types() -%}
    {{- return(['string']) -}}
{%- endmacro %}

{% macro databricks__json_types() -%}
    {{- return(crosswalk.spark__json_types()) -}}
{%- endmacro %}

{# Snowflake Documentation, Semi-structured data types: a VARIANT has its keys in order and its numbers anew, so a text is what is sent. #}
{% macro snowflake__json_types() -%}
    {{- return(['varchar']) -}}
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, JSON_PARSE: a SUPER has its numbers anew, so a text is what is sent. #}
{% macro redshift__json_types() -%}
    {{- return(['varchar']) -}}
{%- endmacro %}

{# GoogleSQL reference, Data types: the JSON type sorts keys and writes numbers anew, so a text is what is sent. #}
{% macro bigquery__json_types() -%}
    {{- return(['string']) -}}
{%- endmacro %}
