{# The statement that makes a table of ours where it is not there: `columns` are names with types. #}
{% macro table_made(table, columns) -%}
    {{- return(adapter.dispatch('table_made', 'crosswalk')(table, columns)) -}}
{%- endmacro %}

{% macro default__table_made(table, columns) %}{{ crosswalk.lacks_verb('table_made') }}{% endmacro %}

{% macro duckdb__table_made(table, columns) -%}
    create table if not exists {{ table }} ({{ columns | join(', ') }})
{%- endmacro %}

{# Its rows change, so it is a table of Delta whatever the session makes by itself. Spark SQL reference, CREATE DATASOURCE TABLE. #}
{% macro spark__table_made(table, columns) -%}
    create table if not exists {{ table }} ({{ columns | join(', ') }}) using delta
{%- endmacro %}

{# PostgreSQL manual, CREATE TABLE. #}
{% macro postgres__table_made(table, columns) -%}
    {{- return(crosswalk.duckdb__table_made(table, columns)) -}}
{%- endmacro %}

{# Snowflake Documentation, CREATE TABLE. #}
{% macro snowflake__table_made(table, columns) -%}
    {{- return(crosswalk.duckdb__table_made(table, columns)) -}}
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, CREATE TABLE. #}
{% macro redshift__table_made(table, columns) -%}
    {{- return(crosswalk.duckdb__table_made(table, columns)) -}}
{%- endmacro %}

{# GoogleSQL reference, CREATE TABLE. #}
{% macro bigquery__table_made(table, columns) -%}
    {{- return(crosswalk.duckdb__table_made(table, columns)) -}}
{%- endmacro %}

{# Databricks documentation, CREATE TABLE USING: what is not said to be something else is a table of Delta. #}
{% macro databricks__table_made(table, columns) -%}
    {{- return(crosswalk.duckdb__table_made(table, columns)) -}}
{%- endmacro %}
