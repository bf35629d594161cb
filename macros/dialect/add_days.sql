{# A timestamp so many days later. #}
{% macro add_days(timestamp, days) -%}
    {{- return(adapter.dispatch('add_days', 'crosswalk')(timestamp, days)) -}}
{%- endmacro %}

{% macro default__add_days(timestamp, days) %}{{ crosswalk.lacks_verb('add_days') }}{% endmacro %}

{% macro duckdb__add_days(timestamp, days) -%}
    {{ timestamp }} + interval ({{ days }}) day
{%- endmacro %}

{# PostgreSQL manual, 9.9 Date/Time Functions and Operators. #}
{% macro postgres__add_days(timestamp, days) -%}
    ({{ timestamp }} + ({{ days }}) * interval '1 day')
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: timestampadd. #}
{% macro spark__add_days(timestamp, days) -%}
    timestampadd(day, {{ days }}, {{ timestamp }})
{%- endmacro %}

{% macro databricks__add_days(timestamp, days) -%}
    {{- return(crosswalk.spark__add_days(timestamp, days)) -}}
{%- endmacro %}

{# Snowflake Documentation, DATEADD. #}
{% macro snowflake__add_days(timestamp, days) -%}
    dateadd(day, {{ days }}, {{ timestamp }})
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, DATEADD. #}
{% macro redshift__add_days(timestamp, days) -%}
    dateadd(day, {{ days }}, {{ timestamp }})
{%- endmacro %}

{# GoogleSQL reference, Timestamp functions: TIMESTAMP_ADD. #}
{% macro bigquery__add_days(timestamp, days) -%}
    timestamp_add({{ timestamp }}, interval ({{ days }}) day)
{%- endmacro %}
