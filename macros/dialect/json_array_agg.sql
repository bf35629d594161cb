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
