{# The statement that has a column of a table refuse nulls from now on; empty where it does so already, or where an engine cannot. #}
{% macro forbid_nulls(table, column) -%}
    {{- return(adapter.dispatch('forbid_nulls', 'crosswalk')(table, column)) -}}
{%- endmacro %}

{% macro default__forbid_nulls(table, column) %}{{ crosswalk.lacks_verb('forbid_nulls') }}{% endmacro %}

{# The SQL standard's form. The engine looks at all rows then, so it is asked once. #}
{% macro duckdb__forbid_nulls(table, column) -%}
    {%- set asked = "select is_nullable from information_schema.columns where lower(table_schema) = " ~ crosswalk.literal(table.schema | lower)
        ~ " and lower(table_name) = " ~ crosswalk.literal(table.identifier | lower) ~ " and lower(column_name) = " ~ crosswalk.literal(column | lower) -%}
    {%- if execute and (run_query(asked).rows | map('first') | list) == ['YES'] -%}
    alter table {{ table }} alter column {{ column }} set not null
    {%- endif -%}
{%- endmacro %}

{# PostgreSQL manual, ALTER TABLE. #}
{% macro postgres__forbid_nulls(table, column) -%}
    {{- return(crosswalk.duckdb__forbid_nulls(table, column)) -}}
{%- endmacro %}

{# Snowflake Documentation, ALTER TABLE ... ALTER COLUMN. #}
{% macro snowflake__forbid_nulls(table, column) -%}
    {{- return(crosswalk.duckdb__forbid_nulls(table, column)) -}}
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, ALTER TABLE: a column is declared so when its table is made, and at no other time. #}
{% macro redshift__forbid_nulls(table, column) %}{% endmacro %}

{# GoogleSQL reference, Data definition language: a column that takes nulls is not made to refuse them. #}
{% macro bigquery__forbid_nulls(table, column) %}{% endmacro %}

{# The open Delta lets a column be made to take nulls, not to refuse them. Databricks has the standard's form: its documentation, ALTER TABLE ALTER COLUMN. #}
{% macro spark__forbid_nulls(table, column) %}{% endmacro %}
{% macro databricks__forbid_nulls(table, column) -%}
    alter table {{ table }} alter column {{ column }} set not null
{%- endmacro %}
