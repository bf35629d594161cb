{# The word between two queries whose rows are united, each of them once. #}
{% macro union_once() -%}
    {{- return(adapter.dispatch('union_once', 'crosswalk')()) -}}
{%- endmacro %}

{% macro default__union_once() -%}
    union
{%- endmacro %}

{% macro duckdb__union_once() -%}
    union
{%- endmacro %}

{# GoogleSQL reference, Set operators: UNION alone is none. #}
{% macro bigquery__union_once() -%}
    union distinct
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, UNION. #}
{% macro redshift__union_once() -%}
    union
{%- endmacro %}
