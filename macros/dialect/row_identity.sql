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
    {%- if execute -%}{%- do crosswalk.spark__check_formats('parquet') -%}{%- endif -%}
    record_version
{%- endmacro %}

{% macro databricks__row_identity() -%}
    {%- if execute -%}{%- do crosswalk.spark__check_formats('delta') -%}{%- endif -%}
    record_version
{%- endmacro %}

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
