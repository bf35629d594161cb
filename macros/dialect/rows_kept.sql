{# The statement that takes out of a table all rows but those for which a query has a row: the `keys` are columns of both, and never null. `table` is by default
   the kept model (`this`). #}
{% macro rows_kept(keys, query, table=none) -%}
    {{- return(adapter.dispatch('rows_kept', 'crosswalk')(keys, query, table or this)) -}}
{%- endmacro %}

{% macro default__rows_kept(keys, query, table) %}{{ crosswalk.lacks_verb('rows_kept') }}{% endmacro %}

{# The SQL standard's form, by the table's bare name: BigQuery takes no longer one in front of a column. #}
{% macro duckdb__rows_kept(keys, query, table) -%}
    {%- set name = table.include(database=false, schema=false) -%}
    delete from {{ table }}
    where not exists (
        select 1
        from (
            {{ query | indent(12) }}
        ) as rows_found
        where {% for key in keys %}rows_found.{{ key }} = {{ name }}.{{ key }}{{ ' and ' if not loop.last }}{% endfor %}
    )
{%- endmacro %}

{# As in `rows_deleted`: Delta Lake documentation, Upsert into a table using merge. Only the keys of rows that go are matched, so that files without such rows stay. #}
{% macro spark__rows_kept(keys, query, table) -%}
    merge into {{ table }}
    using (
        select distinct {% for key in keys %}built.{{ key }} as gone_{{ key }}{{ ', ' if not loop.last }}{% endfor %}
        from {{ table }} as built
        left anti join (
            {{ query | indent(12) }}
        ) as rows_found
            on {% for key in keys %}built.{{ key }} = rows_found.{{ key }}{{ ' and ' if not loop.last }}{% endfor %}
    ) as gone
    on {% for key in keys %}{{ table }}.{{ key }} = gone.gone_{{ key }}{{ ' and ' if not loop.last }}{% endfor %}
    when matched then delete
{%- endmacro %}

{# Databricks documentation, MERGE INTO. #}
{% macro databricks__rows_kept(keys, query, table) -%}
    {{- return(crosswalk.spark__rows_kept(keys, query, table)) -}}
{%- endmacro %}

{# PostgreSQL manual, DELETE. #}
{% macro postgres__rows_kept(keys, query, table) -%}
    {{- return(crosswalk.duckdb__rows_kept(keys, query, table)) -}}
{%- endmacro %}

{# Snowflake Documentation, DELETE. #}
{% macro snowflake__rows_kept(keys, query, table) -%}
    {{- return(crosswalk.duckdb__rows_kept(keys, query, table)) -}}
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, DELETE. #}
{% macro redshift__rows_kept(keys, query, table) -%}
    {{- return(crosswalk.duckdb__rows_kept(keys, query, table)) -}}
{%- endmacro %}

{# GoogleSQL reference, Data manipulation language: DELETE. #}
{% macro bigquery__rows_kept(keys, query, table) -%}
    {{- return(crosswalk.duckdb__rows_kept(keys, query, table)) -}}
{%- endmacro %}
