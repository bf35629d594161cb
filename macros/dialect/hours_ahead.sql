{# Whole hours, rounded up, that a UTC timestamp lies ahead of the clock; 0 or less where it does not. #}
{% macro hours_ahead(timestamp) -%}
    {{- return(adapter.dispatch('hours_ahead', 'crosswalk')(timestamp)) -}}
{%- endmacro %}

{% macro default__hours_ahead(timestamp) %}{{ crosswalk.lacks_verb('hours_ahead') }}{% endmacro %}

{% macro duckdb__hours_ahead(timestamp) -%}
    cast(ceil((epoch({{ timestamp }}) - epoch(now())) / 3600) as bigint)
{%- endmacro %}

{# PostgreSQL manual, 9.9.4 AT TIME ZONE. #}
{% macro postgres__hours_ahead(timestamp) -%}
    ceil(extract(epoch from {{ timestamp }} - (now() at time zone 'UTC')) / 3600)::bigint
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: unix_micros. #}
{% macro spark__hours_ahead(timestamp) -%}
    cast(ceil((unix_micros({{ timestamp }}) - unix_micros(current_timestamp())) / 3600000000) as bigint)
{%- endmacro %}

{% macro databricks__hours_ahead(timestamp) -%}
    {{- return(crosswalk.spark__hours_ahead(timestamp)) -}}
{%- endmacro %}

{# Snowflake Documentation, SYSDATE: the time in UTC; DATEDIFF. #}
{% macro snowflake__hours_ahead(timestamp) -%}
    ceil(datediff(microsecond, sysdate(), {{ timestamp }}) / 3600000000)::bigint
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, SYSDATE: the time of the session, which is UTC; EXTRACT. #}
{% macro redshift__hours_ahead(timestamp) -%}
    cast(ceil((extract(epoch from {{ timestamp }}) - extract(epoch from sysdate)) / 3600.0) as bigint)
{%- endmacro %}

{# GoogleSQL reference, Timestamp functions: TIMESTAMP_DIFF. #}
{% macro bigquery__hours_ahead(timestamp) -%}
    cast(ceil(timestamp_diff({{ timestamp }}, current_timestamp(), microsecond) / 3600000000) as int64)
{%- endmacro %}
