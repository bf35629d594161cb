{# For a model's configuration: its partitions, one for each day of a column of the type date or timestamp; none where an engine has none, or where it puts
   the column last. #}
{% macro day_partitions(column, type) -%}
    {{- return(adapter.dispatch('day_partitions', 'crosswalk')(column, type)) -}}
{%- endmacro %}

{% macro default__day_partitions(column, type) -%}
    {{- return(none) -}}
{%- endmacro %}

{% macro duckdb__day_partitions(column, type) -%}
    {{- return(none) -}}
{%- endmacro %}

{# BigQuery documentation, Introduction to partitioned tables. #}
{% macro bigquery__day_partitions(column, type) -%}
    {{- return({'field': column, 'data_type': type, 'granularity': 'day'}) -}}
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, Sort keys: tables have no partitions, and with AUTO Redshift chooses sort and distribution keys itself. #}
{% macro redshift__day_partitions(column, type) -%}
    {{- return(none) -}}
{%- endmacro %}
