{# The timestamp, UTC without zone, of a number of microseconds since 1970. #}
{% macro from_epoch_us(microseconds) -%}
    {{- return(adapter.dispatch('from_epoch_us', 'crosswalk')(microseconds)) -}}
{%- endmacro %}

{% macro default__from_epoch_us(microseconds) %}{{ crosswalk.lacks_verb('from_epoch_us') }}{% endmacro %}

{% macro duckdb__from_epoch_us(microseconds) -%}
    make_timestamp({{ microseconds }})
{%- endmacro %}

{% macro postgres__from_epoch_us(microseconds) -%}
    {{ crosswalk.postgres__function('from_epoch_us') }}(({{ microseconds }})::bigint)
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: timestamp_micros. #}
{% macro spark__from_epoch_us(microseconds) -%}
    timestamp_micros({{ microseconds }})
{%- endmacro %}

{% macro databricks__from_epoch_us(microseconds) -%}
    {{- return(crosswalk.spark__from_epoch_us(microseconds)) -}}
{%- endmacro %}

{# Snowflake Documentation, DATEADD. #}
{% macro snowflake__from_epoch_us(microseconds) -%}
    dateadd(microsecond, {{ microseconds }}, timestamp '1970-01-01 00:00:00')
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, DATEADD, whose interval is an integer: in days, seconds and microseconds. #}
{% macro redshift__from_epoch_us(microseconds) -%}
    dateadd(microsecond, cast(mod(({{ microseconds }}), 1000000) as integer), dateadd(second, cast(mod(({{ microseconds }}), 86400000000) / 1000000 as integer), dateadd(day, cast(({{ microseconds }}) / 86400000000 as integer), timestamp '1970-01-01 00:00:00')))
{%- endmacro %}

{# GoogleSQL reference, Timestamp functions: TIMESTAMP_MICROS. #}
{% macro bigquery__from_epoch_us(microseconds) -%}
    timestamp_micros(cast({{ microseconds }} as int64))
{%- endmacro %}
