{# A select line that numbers landed lines in an order (SQL expressions), for `row_position`; empty where the engine numbers the rows of a table itself. #}
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

{# Spark SQL reference, Window Functions. #}
{% macro spark__landed_position(order_by) -%}
    row_number() over (order by {{ order_by | join(', ') }}) as landed_position,
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
