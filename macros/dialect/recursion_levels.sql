{# The words behind the name of a recursive CTE, with a space before them, that let it take so many steps, where an engine stops earlier by itself. #}
{% macro recursion_levels(levels) -%}
    {{- return(adapter.dispatch('recursion_levels', 'crosswalk')(levels)) -}}
{%- endmacro %}

{% macro default__recursion_levels(levels) %}{% endmacro %}

{% macro duckdb__recursion_levels(levels) -%}
    
{%- endmacro %}

{% macro postgres__recursion_levels(levels) -%}
    
{%- endmacro %}

{# Spark SQL reference, Common Table Expression: 100 unless said. #}
{% macro spark__recursion_levels(levels) -%}
    {{- ' max recursion level ' ~ levels -}}
{%- endmacro %}

{% macro databricks__recursion_levels(levels) -%}
    {{- return(crosswalk.spark__recursion_levels(levels)) -}}
{%- endmacro %}

{% macro snowflake__recursion_levels(levels) -%}

{%- endmacro %}

{% macro redshift__recursion_levels(levels) -%}

{%- endmacro %}

{% macro bigquery__recursion_levels(levels) -%}

{%- endmacro %}
