{# The words behind `as` that make an engine work a CTE out anew for each of its readers, with the columns that this one reads, where it has them. #}
{% macro not_materialized() -%}
    {{- return(adapter.dispatch('not_materialized', 'crosswalk')()) -}}
{%- endmacro %}

{% macro default__not_materialized() %}{% endmacro %}

{% macro duckdb__not_materialized() -%}
    not materialized
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, WITH clause: no such words. #}
{% macro redshift__not_materialized() %}{% endmacro %}
