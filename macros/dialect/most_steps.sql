{# How many steps a recursive query may take at most: it stops itself before the engine would stop the build. #}
{% macro most_steps() -%}
    {{- return(adapter.dispatch('most_steps', 'crosswalk')()) -}}
{%- endmacro %}

{% macro default__most_steps() %}{{ crosswalk.lacks_verb('most_steps') }}{% endmacro %}

{% macro duckdb__most_steps() %}{{ return(1000) }}{% endmacro %}

{# PostgreSQL manual, 7.8.2 Recursive Queries: no bound. #}
{% macro postgres__most_steps() %}{{ return(1000) }}{% endmacro %}

{# Spark SQL reference, Common Table Expression: as many as `recursion_levels` says. #}
{% macro spark__most_steps() %}{{ return(1000) }}{% endmacro %}

{% macro databricks__most_steps() %}{{ return(crosswalk.spark__most_steps()) }}{% endmacro %}

{# Snowflake Documentation, WITH: MAX_RECURSIONS, which only Snowflake's support changes; its default was 100. #}
{% macro snowflake__most_steps() %}{{ return(90) }}{% endmacro %}

{# Amazon Redshift Database Developer Guide, WITH clause: no bound is named. #}
{% macro redshift__most_steps() %}{{ return(1000) }}{% endmacro %}

{# BigQuery documentation, Work with recursive CTEs: 500 iterations. #}
{% macro bigquery__most_steps() %}{{ return(450) }}{% endmacro %}
