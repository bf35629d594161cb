{# Aggregate: a JSON array, as text, of JSON texts in an order. #}
{% macro json_array_agg(value, order_by) -%}
    {{- return(adapter.dispatch('json_array_agg', 'crosswalk')(value, order_by)) -}}
{%- endmacro %}

{% macro default__json_array_agg(value, order_by) %}{{ crosswalk.lacks_verb('json_array_agg') }}{% endmacro %}

{% macro duckdb__json_array_agg(value, order_by) -%}
    '[' || coalesce(string_agg({{ value }}, ',' order by {{ order_by }}), '') || ']'
{%- endmacro %}

{# PostgreSQL manual, 9.21 Aggregate Functions. #}
{% macro postgres__json_array_agg(value, order_by) -%}
    '[' || coalesce(string_agg({{ value }}, ',' order by {{ order_by }}), '') || ']'
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: collect_list, array_sort. #}
{% macro spark__json_array_agg(value, order_by) -%}
    '[' || array_join(transform(array_sort(collect_list(struct({{ order_by }} as place, {{ value }} as value))), row_value -> row_value.value), ',') || ']'
{%- endmacro %}

{% macro databricks__json_array_agg(value, order_by) -%}
    {{- return(crosswalk.spark__json_array_agg(value, order_by)) -}}
{%- endmacro %}

{# Snowflake Documentation, LISTAGG. #}
{% macro snowflake__json_array_agg(value, order_by) -%}
    '[' || coalesce(listagg({{ value }}, ',') within group (order by {{ order_by }}), '') || ']'
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, LISTAGG; its result has at most 65,535 bytes. #}
{% macro redshift__json_array_agg(value, order_by) -%}
    '[' || coalesce(listagg({{ value }}, ',') within group (order by {{ order_by }}), '') || ']'
{%- endmacro %}

{# GoogleSQL reference, Aggregate functions: STRING_AGG. #}
{% macro bigquery__json_array_agg(value, order_by) -%}
    '[' || coalesce(string_agg({{ value }}, ',' order by {{ order_by }}), '') || ']'
{%- endmacro %}
