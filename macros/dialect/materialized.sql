{# The word behind `as` that makes an engine work a CTE out before what reads it, where it has one. #}
{% macro materialized() -%}
    {{- return(adapter.dispatch('materialized', 'crosswalk')()) -}}
{%- endmacro %}

{% macro default__materialized() %}{% endmacro %}

{% macro duckdb__materialized() -%}
    materialized
{%- endmacro %}

{# PostgreSQL manual, 7.8.3 Common Table Expression Materialization. #}
{% macro postgres__materialized() -%}
    materialized
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, WITH clause: no such word, and a CTE that is read several times may be worked out once. #}
{% macro redshift__materialized() %}{% endmacro %}
