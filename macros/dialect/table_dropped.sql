{# A statement that drops a table, and the views that read it where an engine would refuse otherwise. #}
{% macro table_dropped(table) -%}
    {{- return(adapter.dispatch('table_dropped', 'crosswalk')(table)) -}}
{%- endmacro %}

{% macro default__table_dropped(table) -%}
    drop table {{ table }} cascade
{%- endmacro %}

{% macro duckdb__table_dropped(table) -%}
    drop table {{ table }} cascade
{%- endmacro %}

{# Spark SQL reference, DROP TABLE: views stay and read the table that is made next. #}
{% macro spark__table_dropped(table) -%}
    drop table {{ table }}
{%- endmacro %}

{% macro databricks__table_dropped(table) -%}
    {{- return(crosswalk.spark__table_dropped(table)) -}}
{%- endmacro %}

{# GoogleSQL reference, DROP TABLE: views stay and read the table that is made next. #}
{% macro bigquery__table_dropped(table) -%}
    drop table {{ table }}
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, DROP TABLE: CASCADE takes the views with it. #}
{% macro redshift__table_dropped(table) -%}
    {{- return(crosswalk.default__table_dropped(table)) -}}
{%- endmacro %}
