{# The statement that changes rows of a kept model (`this`) by a query with the alias `changed`: the assignments, and the condition, under which at most one row of
   the query may belong to a row of the table. #}
{% macro rows_changed(assignments, query, condition) -%}
    {{- return(adapter.dispatch('rows_changed', 'crosswalk')(assignments, query, condition)) -}}
{%- endmacro %}

{% macro default__rows_changed(assignments, query, condition) %}{{ crosswalk.lacks_verb('rows_changed') }}{% endmacro %}

{# DuckDB documentation, UPDATE: the form of PostgreSQL, which most have. #}
{% macro duckdb__rows_changed(assignments, query, condition) -%}
    update {{ this }}
    set {{ assignments }}
    from (
        {{ query }}
    ) as changed
    where {{ condition }}
{%- endmacro %}

{# Delta's update has no `from`. Delta Lake documentation, Upsert into a table using merge. #}
{% macro spark__rows_changed(assignments, query, condition) -%}
    merge into {{ this }}
    using (
        {{ query }}
    ) as changed
    on {{ condition }}
    when matched then update set {{ assignments }}
{%- endmacro %}

{# Databricks documentation, MERGE INTO. #}
{% macro databricks__rows_changed(assignments, query, condition) -%}
    {{- return(crosswalk.spark__rows_changed(assignments, query, condition)) -}}
{%- endmacro %}

{# PostgreSQL manual, UPDATE. #}
{% macro postgres__rows_changed(assignments, query, condition) -%}
    {{- return(crosswalk.duckdb__rows_changed(assignments, query, condition)) -}}
{%- endmacro %}

{# Snowflake Documentation, UPDATE. #}
{% macro snowflake__rows_changed(assignments, query, condition) -%}
    {{- return(crosswalk.duckdb__rows_changed(assignments, query, condition)) -}}
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, UPDATE. #}
{% macro redshift__rows_changed(assignments, query, condition) -%}
    {{- return(crosswalk.duckdb__rows_changed(assignments, query, condition)) -}}
{%- endmacro %}

{# GoogleSQL reference, Data manipulation language: UPDATE. #}
{% macro bigquery__rows_changed(assignments, query, condition) -%}
    {{- return(crosswalk.duckdb__rows_changed(assignments, query, condition)) -}}
{%- endmacro %}
