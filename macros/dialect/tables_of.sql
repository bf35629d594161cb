{# A query of the tables of a schema, whatever the case of its name: the schema and the name of each. For `run_query`, since Spark has a statement for it. #}
{% macro tables_of(schema) -%}
    {{- return(adapter.dispatch('tables_of', 'crosswalk')(schema)) -}}
{%- endmacro %}

{% macro default__tables_of(schema) -%}
    select table_schema, table_name from information_schema.tables where lower(table_schema) = '{{ schema | lower | replace("'", "''") }}' order by table_name
{%- endmacro %}

{% macro duckdb__tables_of(schema) -%}
    select table_schema, table_name from information_schema.tables where lower(table_schema) = '{{ schema | lower | replace("'", "''") }}' order by table_name
{%- endmacro %}

{# Spark SQL reference, SHOW TABLES: namespace, tableName, isTemporary. #}
{% macro spark__tables_of(schema) -%}
    show tables in {{ schema }}
{%- endmacro %}

{# Databricks documentation, SHOW TABLES: database, tableName, isTemporary. #}
{% macro databricks__tables_of(schema) -%}
    {{- return(crosswalk.spark__tables_of(schema)) -}}
{%- endmacro %}

{# BigQuery documentation, INFORMATION_SCHEMA.TABLES: the view of one dataset, whose name has a case. #}
{% macro bigquery__tables_of(schema) -%}
    select table_schema, table_name from `{{ target.get('database') }}`.`{{ schema }}`.INFORMATION_SCHEMA.TABLES order by table_name
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, Querying the catalog tables: information_schema as in PostgreSQL. #}
{% macro redshift__tables_of(schema) -%}
    {{- return(crosswalk.default__tables_of(schema)) -}}
{%- endmacro %}
