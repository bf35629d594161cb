{# The value of the row with the greatest order (a list of expressions) in a group, where the value is not null. #}
{% macro latest(value, order_by, where=none) -%}
    {{- return(adapter.dispatch('latest', 'crosswalk')(value, order_by, where)) -}}
{%- endmacro %}

{% macro default__latest(value, order_by, where=none) %}{{ crosswalk.lacks_verb('latest') }}{% endmacro %}

{% macro duckdb__latest(value, order_by, where=none) -%}
    max_by(
        {{ value }},
        ({{ order_by | join(', ') }})
    ) filter (where {{ value }} is not null{{ ' and ' ~ where if where }})
{%- endmacro %}

{# PostgreSQL manual, 4.2.7 Aggregate Expressions. #}
{% macro postgres__latest(value, order_by, where=none) -%}
    (array_agg({{ value }} order by {{ order_by | join(' desc, ') }} desc) filter (where {{ value }} is not null{{ ' and ' ~ where if where }}))[1]
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: max_by; a struct is compared field by field. #}
{% macro spark__latest(value, order_by, where=none) -%}
    max_by({{ value }}, struct({{ order_by | join(', ') }})) filter (where {{ value }} is not null{{ ' and ' ~ where if where }})
{%- endmacro %}

{% macro databricks__latest(value, order_by, where=none) -%}
    {{- return(crosswalk.spark__latest(value, order_by, where)) -}}
{%- endmacro %}

{# Snowflake Documentation, MAX_BY; of one key only, so the keys become one text. #}
{% macro snowflake__latest(value, order_by, where=none) -%}
    max_by({{ value }}, case when {{ value }} is not null{{ ' and ' ~ where if where }} then {{ crosswalk.python__sort_key(order_by) }} end)
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, MAX; there is no MAX_BY, so the greatest text of keys and value is taken and the keys are cut off. #}
{% macro redshift__latest(value, order_by, where=none) -%}
    {{ crosswalk.redshift__chosen('max', value, order_by, where) }}
{%- endmacro %}

{# GoogleSQL reference, Aggregate functions: ARRAY_AGG. #}
{% macro bigquery__latest(value, order_by, where=none) -%}
    array_agg({{ 'case when ' ~ where ~ ' then ' ~ value ~ ' end' if where else value }} ignore nulls order by {{ crosswalk.bigquery__nulls_first(order_by) }} limit 1)[safe_offset(0)]
{%- endmacro %}
