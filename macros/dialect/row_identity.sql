{# The engine's own name for a row of a table, good for one statement. #}
{% macro row_identity() -%}
    {{- return(adapter.dispatch('row_identity', 'crosswalk')()) -}}
{%- endmacro %}

{% macro default__row_identity() %}{{ crosswalk.lacks_verb('row_identity') }}{% endmacro %}

{% macro duckdb__row_identity() -%}
    rowid
{%- endmacro %}

{# PostgreSQL manual, 5.5 System Columns. #}
{% macro postgres__row_identity() -%}
    ctid
{%- endmacro %}

{# Spark's own tables take no update and no delete, those of Delta do: Spark SQL reference, MERGE INTO. There is no name for a row, so the column that is unique in the
   payload tables. #}
{% macro spark__row_identity() -%}
    {%- if execute -%}{%- do crosswalk.spark__check_formats() -%}{%- endif -%}
    record_version
{%- endmacro %}

{% macro databricks__row_identity() -%}
    {{- crosswalk.spark__row_identity() -}}
{%- endmacro %}

{# Stops where a kept model is no table of Delta by its configuration. #}
{% macro spark__check_formats() %}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.package_name == 'crosswalk' and node.config.materialized == 'incremental' -%}
        {%- set format = node.config.get('file_format') or ('delta' if target.type == 'databricks' else 'parquet') -%}
        {%- if format != 'delta' -%}
            {{ exceptions.raise_compiler_error(
                "'materialize: incremental' works on Spark with Delta tables only, and '" ~ node.name ~ "' is to be " ~ format
                ~ ": set '+file_format: delta' under 'models: crosswalk:' in dbt_project.yml, or set 'materialize' to table."
            ) }}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}

{# Snowflake Documentation, there is no name for a row, so the column that is unique in the payload tables. #}
{% macro snowflake__row_identity() -%}
    record_version
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, there is no name for a row, so the column that is unique in the payload tables. #}
{% macro redshift__row_identity() -%}
    record_version
{%- endmacro %}

{% macro bigquery__row_identity() -%}
    record_version
{%- endmacro %}
