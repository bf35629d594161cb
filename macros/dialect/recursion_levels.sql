{# The words behind the name of a recursive CTE, with a space before them, for so many levels of steps: the names of its columns where an engine asks for them, how
   many levels it may take where it stops earlier by itself. #}
{% macro recursion_levels(levels, columns) -%}
    {{- return(adapter.dispatch('recursion_levels', 'crosswalk')(levels, columns)) -}}
{%- endmacro %}

{% macro default__recursion_levels(levels, columns) %}{% endmacro %}

{% macro duckdb__recursion_levels(levels, columns) -%}

{%- endmacro %}

{# PostgreSQL manual, 7.8.2 Recursive Queries: no bound. #}
{% macro postgres__recursion_levels(levels, columns) -%}

{%- endmacro %}

{# Spark SQL reference, Common Table Expression: 100 unless said. #}
{% macro spark__recursion_levels(levels, columns) -%}
    {{- ' max recursion level ' ~ levels -}}
{%- endmacro %}

{# Databricks documentation, Common table expression (CTE): MAX RECURSION LEVEL. #}
{% macro databricks__recursion_levels(levels, columns) -%}
    {{- return(crosswalk.spark__recursion_levels(levels, columns)) -}}
{%- endmacro %}

{# Snowflake Documentation, WITH: the names may be left out. #}
{% macro snowflake__recursion_levels(levels, columns) -%}

{%- endmacro %}

{# Amazon Redshift Database Developer Guide, WITH clause: for recursive CTEs, the column_name list is required. #}
{% macro redshift__recursion_levels(levels, columns) -%}
    {{- ' (' ~ columns | join(', ') ~ ')' -}}
{%- endmacro %}

{# GoogleSQL reference, Recursive CTEs: no names. #}
{% macro bigquery__recursion_levels(levels, columns) -%}

{%- endmacro %}
