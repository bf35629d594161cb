{# Statements for a hook, one after the other: as one text where the engine or its adapter takes that; else all but the last are run here, and the last is the
   text. #}
{% macro one_by_one(statements) -%}
    {{- return(adapter.dispatch('one_by_one', 'crosswalk')(statements)) -}}
{%- endmacro %}

{% macro default__one_by_one(statements) %}{{ crosswalk.lacks_verb('one_by_one') }}{% endmacro %}

{% macro duckdb__one_by_one(statements) -%}
    {{- return(statements | join(';\n')) -}}
{%- endmacro %}

{# Spark reads one statement at a time. #}
{% macro spark__one_by_one(statements) -%}
    {%- for statement in statements[:-1] if execute -%}{%- do run_query(statement) -%}{%- endfor -%}
    {{- return(statements[-1] if statements else '') -}}
{%- endmacro %}

{% macro databricks__one_by_one(statements) -%}
    {{- return(crosswalk.spark__one_by_one(statements)) -}}
{%- endmacro %}

{# PostgreSQL manual, 55.2.2.1 Multiple Statements in a Simple Query. #}
{% macro postgres__one_by_one(statements) -%}
    {{- return(crosswalk.duckdb__one_by_one(statements)) -}}
{%- endmacro %}

{# dbt-snowflake cuts a text at its semicolons. #}
{% macro snowflake__one_by_one(statements) -%}
    {{- return(crosswalk.duckdb__one_by_one(statements)) -}}
{%- endmacro %}

{# dbt-redshift cuts a text at its semicolons. #}
{% macro redshift__one_by_one(statements) -%}
    {{- return(crosswalk.duckdb__one_by_one(statements)) -}}
{%- endmacro %}

{# A script is one query, whose text has an end: BigQuery documentation, Quotas and limits, Maximum unresolved standard SQL query length: 1 MB. #}
{% macro bigquery__one_by_one(statements) -%}
    {{- return(crosswalk.spark__one_by_one(statements)) -}}
{%- endmacro %}
