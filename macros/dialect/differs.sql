{# Whether two values differ, nulls being values; each is a name. #}
{% macro differs(one, other) -%}
    {{- return(adapter.dispatch('differs', 'crosswalk')(one, other)) -}}
{%- endmacro %}

{% macro default__differs(one, other) %}{{ crosswalk.lacks_verb('differs') }}{% endmacro %}

{% macro duckdb__differs(one, other) -%}
    {{ one }} is distinct from {{ other }}
{%- endmacro %}

{# PostgreSQL manual, 9.2 Comparison Functions and Operators. #}
{% macro postgres__differs(one, other) -%}
    {{- return(crosswalk.duckdb__differs(one, other)) -}}
{%- endmacro %}

{# Spark SQL reference, Operators: IS DISTINCT FROM. #}
{% macro spark__differs(one, other) -%}
    {{- return(crosswalk.duckdb__differs(one, other)) -}}
{%- endmacro %}

{# Databricks documentation, is distinct operator. #}
{% macro databricks__differs(one, other) -%}
    {{- return(crosswalk.duckdb__differs(one, other)) -}}
{%- endmacro %}

{# Snowflake Documentation, IS [ NOT ] DISTINCT FROM. #}
{% macro snowflake__differs(one, other) -%}
    {{- return(crosswalk.duckdb__differs(one, other)) -}}
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, Unsupported PostgreSQL functions: it is one of them. #}
{% macro redshift__differs(one, other) -%}
    case when {{ one }} = {{ other }} then false else {{ one }} is not null or {{ other }} is not null end
{%- endmacro %}

{# GoogleSQL reference, Operators: IS DISTINCT FROM. #}
{% macro bigquery__differs(one, other) -%}
    {{- return(crosswalk.duckdb__differs(one, other)) -}}
{%- endmacro %}
