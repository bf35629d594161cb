{# For a model's configuration: the columns that its rows are stored together by; none where an engine has none, or where they cost more than they save. #}
{% macro clusters(columns) -%}
    {{- return(adapter.dispatch('clusters', 'crosswalk')(columns)) -}}
{%- endmacro %}

{% macro default__clusters(columns) -%}
    {{- return(none) -}}
{%- endmacro %}

{% macro duckdb__clusters(columns) -%}
    {{- return(none) -}}
{%- endmacro %}

{# BigQuery documentation, Introduction to clustered tables: up to four columns, in their order. #}
{% macro bigquery__clusters(columns) -%}
    {{- return(columns) -}}
{%- endmacro %}

{# See `day_partitions`. #}
{% macro redshift__clusters(columns) -%}
    {{- return(none) -}}
{%- endmacro %}
