{# The value of the row with the least order (a list of expressions) in a group, where the value is not null. #}
{% macro earliest(value, order_by) -%}
    {{- return(adapter.dispatch('earliest', 'crosswalk')(value, order_by)) -}}
{%- endmacro %}

{% macro default__earliest(value, order_by) %}{{ crosswalk.lacks_verb('earliest') }}{% endmacro %}

{% macro duckdb__earliest(value, order_by) -%}
    min_by({{ value }}, ({{ order_by | join(', ') }})) filter (where {{ value }} is not null)
{%- endmacro %}

{# PostgreSQL manual, 4.2.7 Aggregate Expressions. #}
{% macro postgres__earliest(value, order_by) -%}
    (array_agg({{ value }} order by {{ order_by | join(', ') }}) filter (where {{ value }} is not null))[1]
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: min_by; a struct is compared field by field. #}
{% macro spark__earliest(value, order_by) -%}
    min_by({{ value }}, struct({{ order_by | join(', ') }})) filter (where {{ value }} is not null)
{%- endmacro %}

{% macro databricks__earliest(value, order_by) -%}
    {{- return(crosswalk.spark__earliest(value, order_by)) -}}
{%- endmacro %}

{# Snowflake Documentation, MIN_BY. #}
{% macro snowflake__earliest(value, order_by) -%}
    min_by({{ value }}, case when {{ value }} is not null then {{ crosswalk.python__sort_key(order_by) }} end)
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, MIN. #}
{% macro redshift__earliest(value, order_by) -%}
    {{ crosswalk.redshift__chosen('min', value, order_by, none) }}
{%- endmacro %}

{# GoogleSQL reference, Aggregate functions: ARRAY_AGG. #}
{% macro bigquery__earliest(value, order_by) -%}
    array_agg({{ value }} ignore nulls order by {{ crosswalk.bigquery__nulls_last(order_by) }} limit 1)[safe_offset(0)]
{%- endmacro %}
