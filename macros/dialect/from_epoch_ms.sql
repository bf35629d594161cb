{# The timestamp, UTC without zone, of a number of milliseconds since 1970. #}
{% macro from_epoch_ms(milliseconds) -%}
    {{- return(adapter.dispatch('from_epoch_ms', 'crosswalk')(milliseconds)) -}}
{%- endmacro %}

{% macro default__from_epoch_ms(milliseconds) %}{{ crosswalk.lacks_verb('from_epoch_ms') }}{% endmacro %}

{% macro duckdb__from_epoch_ms(milliseconds) -%}
    make_timestamp_ms({{ milliseconds }})
{%- endmacro %}

{% macro postgres__from_epoch_ms(milliseconds) -%}
    {{ crosswalk.postgres__function('from_epoch_us') }}(({{ milliseconds }})::bigint * 1000)
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: timestamp_millis. #}
{% macro spark__from_epoch_ms(milliseconds) -%}
    timestamp_millis({{ milliseconds }})
{%- endmacro %}

{% macro databricks__from_epoch_ms(milliseconds) -%}
    {{- return(crosswalk.spark__from_epoch_ms(milliseconds)) -}}
{%- endmacro %}

{# Snowflake Documentation, DATEADD. #}
{% macro snowflake__from_epoch_ms(milliseconds) -%}
    dateadd(millisecond, {{ milliseconds }}, timestamp '1970-01-01 00:00:00')
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, DATEADD. #}
{% macro redshift__from_epoch_ms(milliseconds) -%}
    dateadd(millisecond, cast(mod(({{ milliseconds }}), 1000) as integer), dateadd(second, cast(mod(({{ milliseconds }}), 86400000) / 1000 as integer), dateadd(day, cast(({{ milliseconds }}) / 86400000 as integer), timestamp '1970-01-01 00:00:00')))
{%- endmacro %}

{# GoogleSQL reference, Timestamp functions: TIMESTAMP_MILLIS. #}
{% macro bigquery__from_epoch_ms(milliseconds) -%}
    timestamp_millis(cast({{ milliseconds }} as int64))
{%- endmacro %}
