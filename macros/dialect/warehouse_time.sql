{# A UTC timestamp as BigQuery's `cast(… as string)` writes it, which Mixpanel's Amplitude guide hashes: no fraction, three digits or six, then +00. #}
{% macro warehouse_time(timestamp) -%}
    {{- return(adapter.dispatch('warehouse_time', 'crosswalk')(timestamp)) -}}
{%- endmacro %}

{% macro default__warehouse_time(timestamp) %}{{ crosswalk.lacks_verb('warehouse_time') }}{% endmacro %}

{% macro duckdb__warehouse_time(timestamp) -%}
    case
        when microsecond({{ timestamp }}) % 1000000 = 0 then strftime({{ timestamp }}, '%Y-%m-%d %H:%M:%S+00')
        when microsecond({{ timestamp }}) % 1000 = 0 then strftime({{ timestamp }}, '%Y-%m-%d %H:%M:%S.%g+00')
        else strftime({{ timestamp }}, '%Y-%m-%d %H:%M:%S.%f+00')
    end
{%- endmacro %}

{# PostgreSQL manual, 9.8 Data Type Formatting Functions. #}
{% macro postgres__warehouse_time(timestamp) -%}
    case
        when extract(microseconds from {{ timestamp }}) % 1000000 = 0 then to_char({{ timestamp }}, 'YYYY-MM-DD HH24:MI:SS"+00"')
        when extract(microseconds from {{ timestamp }}) % 1000 = 0 then to_char({{ timestamp }}, 'YYYY-MM-DD HH24:MI:SS.MS"+00"')
        else to_char({{ timestamp }}, 'YYYY-MM-DD HH24:MI:SS.US"+00"')
    end
{%- endmacro %}

{# Spark SQL reference, Datetime Patterns. #}
{% macro spark__warehouse_time(timestamp) -%}
    case
        when unix_micros({{ timestamp }}) % 1000000 = 0 then date_format({{ timestamp }}, 'yyyy-MM-dd HH:mm:ss\'+00\'')
        when unix_micros({{ timestamp }}) % 1000 = 0 then date_format({{ timestamp }}, 'yyyy-MM-dd HH:mm:ss.SSS\'+00\'')
        else date_format({{ timestamp }}, 'yyyy-MM-dd HH:mm:ss.SSSSSS\'+00\'')
    end
{%- endmacro %}

{% macro databricks__warehouse_time(timestamp) -%}
    {{- return(crosswalk.spark__warehouse_time(timestamp)) -}}
{%- endmacro %}

{# Snowflake Documentation, Date and Time Input and Output Formats. #}
{% macro snowflake__warehouse_time(timestamp) -%}
    case
        when {{ crosswalk.iso_time(timestamp) }} like '%.000000Z' then to_char({{ timestamp }}, 'YYYY-MM-DD HH24:MI:SS') || '+00'
        when {{ crosswalk.iso_time(timestamp) }} like '%000Z' then to_char({{ timestamp }}, 'YYYY-MM-DD HH24:MI:SS.FF3') || '+00'
        else to_char({{ timestamp }}, 'YYYY-MM-DD HH24:MI:SS.FF6') || '+00'
    end
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, Datetime format strings. #}
{% macro redshift__warehouse_time(timestamp) -%}
    case
        when {{ crosswalk.iso_time(timestamp) }} like '%.000000Z' then to_char({{ timestamp }}, 'YYYY-MM-DD HH24:MI:SS') || '+00'
        when {{ crosswalk.iso_time(timestamp) }} like '%000Z' then to_char({{ timestamp }}, 'YYYY-MM-DD HH24:MI:SS.MS') || '+00'
        else to_char({{ timestamp }}, 'YYYY-MM-DD HH24:MI:SS.US') || '+00'
    end
{%- endmacro %}

{# GoogleSQL reference, Format elements for date and time parts. #}
{% macro bigquery__warehouse_time(timestamp) -%}
    case
        when {{ crosswalk.iso_time(timestamp) }} like '%.000000Z' then format_timestamp('%Y-%m-%d %H:%M:%S+00', {{ timestamp }})
        when {{ crosswalk.iso_time(timestamp) }} like '%000Z' then format_timestamp('%Y-%m-%d %H:%M:%E3S+00', {{ timestamp }})
        else format_timestamp('%Y-%m-%d %H:%M:%E6S+00', {{ timestamp }})
    end
{%- endmacro %}
