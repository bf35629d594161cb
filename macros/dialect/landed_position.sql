{# A select line that numbers landed lines in an order (SQL expressions, the file first), for `row_position`, with `landed_parts` behind their relation; empty
   where the engine numbers the rows of a table itself. #}
{% macro landed_position(order_by) -%}
    {{- return(adapter.dispatch('landed_position', 'crosswalk')(order_by)) -}}
{%- endmacro %}

{% macro default__landed_position(order_by) %}{{ crosswalk.lacks_verb('landed_position') }}{% endmacro %}

{% macro duckdb__landed_position(order_by) -%}
    
{%- endmacro %}

{# PostgreSQL manual, 9.22 Window Functions. #}
{% macro postgres__landed_position(order_by) -%}
    row_number() over (order by {{ order_by | join(', ') }})
        {{- ' + (select coalesce(max(built.landed_position), 0) from ' ~ this ~ ' as built)' if crosswalk.adds_rows() }} as landed_position,
{%- endmacro %}

{# Spark SQL reference, Window Functions: a window without parts would pass all lines through one task, so each file has a count of its own. #}
{% macro spark__landed_position(order_by) -%}
    row_number() over (partition by {{ order_by[0] }} order by {{ order_by[1:] | join(', ') }}) + landed_parts.rows_before
        {{- ' + (select coalesce(max(built.landed_position), 0) from ' ~ this ~ ' as built)' if crosswalk.adds_rows() }} as landed_position,
{%- endmacro %}

{% macro databricks__landed_position(order_by) -%}
    {{- return(crosswalk.spark__landed_position(order_by)) -}}
{%- endmacro %}

{# Snowflake Documentation, ROW_NUMBER. #}
{% macro snowflake__landed_position(order_by) -%}
    row_number() over (order by {{ order_by | join(', ') }})
        {{- ' + (select coalesce(max(built.landed_position), 0) from ' ~ this ~ ' as built)' if crosswalk.adds_rows() }} as landed_position,
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, ROW_NUMBER window function. #}
{% macro redshift__landed_position(order_by) -%}
    row_number() over (order by {{ order_by | join(', ') }})
        {{- ' + (select coalesce(max(built.landed_position), 0) from ' ~ this ~ ' as built)' if crosswalk.adds_rows() }} as landed_position,
{%- endmacro %}

{% macro bigquery__landed_position(order_by) -%}
    row_number() over (order by {{ order_by | join(', ') }})
        {{- ' + (select coalesce(max(built.landed_position), 0) from ' ~ this ~ ' as built)' if crosswalk.adds_rows() }} as landed_position,
{%- endmacro %}
