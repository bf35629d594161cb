{# ISO 8601 text in UTC with microseconds and a Z. #}
{% macro iso_time(timestamp) -%}
    {{- return(adapter.dispatch('iso_time', 'crosswalk')(timestamp)) -}}
{%- endmacro %}

{% macro default__iso_time(timestamp) %}{{ crosswalk.lacks_verb('iso_time') }}{% endmacro %}

{% macro duckdb__iso_time(timestamp) -%}
    strftime({{ timestamp }}, '%Y-%m-%dT%H:%M:%S.%fZ')
{%- endmacro %}

{# PostgreSQL manual, 9.8 Data Type Formatting Functions. #}
{% macro postgres__iso_time(timestamp) -%}
    to_char({{ timestamp }}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
{%- endmacro %}

{# Spark SQL reference, Datetime Patterns; in the time zone of the session, which is UTC. #}
{% macro spark__iso_time(timestamp) -%}
    date_format({{ timestamp }}, 'yyyy-MM-dd\'T\'HH:mm:ss.SSSSSS\'Z\'')
{%- endmacro %}

{% macro databricks__iso_time(timestamp) -%}
    {{- return(crosswalk.spark__iso_time(timestamp)) -}}
{%- endmacro %}

{# Snowflake Documentation, Date and Time Input and Output Formats. #}
{% macro snowflake__iso_time(timestamp) -%}
    to_char({{ timestamp }}, 'YYYY-MM-DD"T"HH24:MI:SS.FF6"Z"')
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, Datetime format strings. #}
{% macro redshift__iso_time(timestamp) -%}
    to_char({{ timestamp }}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
{%- endmacro %}

{# GoogleSQL reference, Format elements for date and time parts; in UTC. #}
{% macro bigquery__iso_time(timestamp) -%}
    format_timestamp('%Y-%m-%dT%H:%M:%E6SZ', {{ timestamp }})
{%- endmacro %}
