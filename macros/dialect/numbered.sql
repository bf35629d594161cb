{# A query that gives the columns of a relation and, as `number`, their place from 1 in an order (lists of expressions), written in that order where the
   engine keeps one. DuckDB numbers what comes out of the one sort that the order needs anyway; `row_number() over (order by …)` would sort wide rows twice. #}
{% macro numbered(relation, columns, order_by, number) -%}
    {{- return(adapter.dispatch('numbered', 'crosswalk')(relation, columns, order_by, number)) -}}
{%- endmacro %}

{% macro default__numbered(relation, columns, order_by, number) %}{{ crosswalk.lacks_verb('numbered') }}{% endmacro %}

{% macro duckdb__numbered(relation, columns, order_by, number) -%}
    select
        row_number() over () as {{ number }},
        {{ columns | join(',\n        ') }}
    from (
        select *
        from {{ relation }}
        order by {{ order_by | join(', ') }}
    ) as in_order
{%- endmacro %}

{# PostgreSQL manual, 9.22 Window Functions. #}
{% macro postgres__numbered(relation, columns, order_by, number) -%}
    select
        row_number() over (order by {{ order_by | join(', ') }}) as {{ number }},
        {{ columns | join(',\n        ') }}
    from {{ relation }}
    order by {{ order_by | join(', ') }}
{%- endmacro %}

{# Spark SQL reference, Window Functions: a window without parts would pass all rows through one task, so each value of the first order has a count of its own. #}
{% macro spark__numbered(relation, columns, order_by, number) -%}
    select
        row_number() over (partition by {{ order_by[0] }} order by {{ order_by[1:] | join(', ') }}) + parts.rows_before as {{ number }},
        {{ columns | join(',\n        ') }}
    from {{ relation }}
    inner join (
        select
            {{ order_by[0] }} as part,
            sum(count(*)) over (order by {{ order_by[0] }}) - count(*) as rows_before
        from {{ relation }}
        group by {{ order_by[0] }}
    ) as parts
        on {{ relation }}.{{ order_by[0] }} <=> parts.part
{%- endmacro %}

{% macro databricks__numbered(relation, columns, order_by, number) -%}
    {{- return(crosswalk.spark__numbered(relation, columns, order_by, number)) -}}
{%- endmacro %}

{# Snowflake Documentation, ROW_NUMBER. #}
{% macro snowflake__numbered(relation, columns, order_by, number) -%}
    select
        row_number() over (order by {{ order_by | join(', ') }}) as {{ number }},
        {{ columns | join(',\n        ') }}
    from {{ relation }}
    order by {{ order_by | join(', ') }}
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, ROW_NUMBER window function. #}
{% macro redshift__numbered(relation, columns, order_by, number) -%}
    select
        row_number() over (order by {{ order_by | join(', ') }}) as {{ number }},
        {{ columns | join(',\n        ') }}
    from {{ relation }}
    order by {{ order_by | join(', ') }}
{%- endmacro %}

{# GoogleSQL reference, Numbering functions: ROW_NUMBER. A window without parts would sort all rows in one worker, so each value of the first order has a count of its own. #}
{% macro bigquery__numbered(relation, columns, order_by, number) -%}
    select
        row_number() over (partition by {{ order_by[0] }} order by {{ order_by[1:] | join(', ') }}) + parts.rows_before as {{ number }},
        {{ columns | join(',\n        ') }}
    from {{ relation }}
    inner join (
        select
            {{ order_by[0] }} as part,
            sum(count(*)) over (order by {{ order_by[0] }}) - count(*) as rows_before
        from {{ relation }}
        group by {{ order_by[0] }}
    ) as parts
        on {{ relation }}.{{ order_by[0] }} is not distinct from parts.part
{%- endmacro %}
