{# The statement that takes rows out of a kept model (`this`): those for which a query has a row. `key` is an expression of the table's columns, `found` the column of
   the query that is equal to it. The query may read the table. #}
{% macro rows_deleted(key, query, found) -%}
    {{- return(adapter.dispatch('rows_deleted', 'crosswalk')(key, query, found)) -}}
{%- endmacro %}

{% macro default__rows_deleted(key, query, found) %}{{ crosswalk.lacks_verb('rows_deleted') }}{% endmacro %}

{# The SQL standard's form. #}
{% macro duckdb__rows_deleted(key, query, found) -%}
    delete from {{ this }}
    where {{ key }} in (
        select rows_found.{{ found }}
        from (
            {{ query | indent(12) }}
        ) as rows_found
    )
{%- endmacro %}

{# Delta Lake documentation, Upsert into a table using merge. The open Delta takes no subquery in a delete ("DELTA_UNSUPPORTED_SUBQUERY"), and Databricks none inside
   another; a merge takes any query. That a key is found twice is no fault where a row is deleted without a condition. #}
{% macro spark__rows_deleted(key, query, found) -%}
    merge into {{ this }}
    using (
        select distinct rows_found.{{ found }} as found_key
        from (
            {{ query | indent(12) }}
        ) as rows_found
    ) as gone
    on {{ key }} = gone.found_key
    when matched then delete
{%- endmacro %}

{# Databricks documentation, MERGE INTO. #}
{% macro databricks__rows_deleted(key, query, found) -%}
    {{- return(crosswalk.spark__rows_deleted(key, query, found)) -}}
{%- endmacro %}

{# PostgreSQL manual, DELETE. #}
{% macro postgres__rows_deleted(key, query, found) -%}
    {{- return(crosswalk.duckdb__rows_deleted(key, query, found)) -}}
{%- endmacro %}

{# Snowflake Documentation, DELETE. #}
{% macro snowflake__rows_deleted(key, query, found) -%}
    {{- return(crosswalk.duckdb__rows_deleted(key, query, found)) -}}
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, DELETE. #}
{% macro redshift__rows_deleted(key, query, found) -%}
    {{- return(crosswalk.duckdb__rows_deleted(key, query, found)) -}}
{%- endmacro %}

{# GoogleSQL reference, Data manipulation language: DELETE. #}
{% macro bigquery__rows_deleted(key, query, found) -%}
    {{- return(crosswalk.duckdb__rows_deleted(key, query, found)) -}}
{%- endmacro %}
