{# ISO 8601 text in UTC with whole seconds and no zone: how Mixpanel writes dates in properties. #}
{% macro iso_seconds(timestamp) -%}
    {{- return(adapter.dispatch('iso_seconds', 'crosswalk')(timestamp)) -}}
{%- endmacro %}

{% macro default__iso_seconds(timestamp) %}{{ crosswalk.lacks_verb('iso_seconds') }}{% endmacro %}

{% macro duckdb__iso_seconds(timestamp) -%}
    strftime({{ timestamp }}, '%Y-%m-%dT%H:%M:%S')
{%- endmacro %}

{# PostgreSQL manual, 9.8 Data Type Formatting Functions. #}
{% macro postgres__iso_seconds(timestamp) -%}
    to_char({{ timestamp }}, 'YYYY-MM-DD"T"HH24:MI:SS')
{%- endmacro %}

{# Spark SQL reference, Datetime Patterns; in the time zone of the session, which is UTC. #}
{% macro spark__iso_seconds(timestamp) -%}
    date_format({{ timestamp }}, 'yyyy-MM-dd\'T\'HH:mm:ss')
{%- endmacro %}

{% macro databricks__iso_seconds(timestamp) -%}
    {{- return(crosswalk.spark__iso_seconds(timestamp)) -}}
{%- endmacro %}

{# Snowflake Documentation, Date and Time Input and Output Formats. #}
{% macro snowflake__iso_seconds(timestamp) -%}
    to_char({{ timestamp }}, 'YYYY-MM-DD"T"HH24:MI:SS')
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, Datetime format strings. #}
{% macro redshift__iso_seconds(timestamp) -%}
    to_char({{ timestamp }}, 'YYYY-MM-DD"T"HH24:MI:SS')
{%- endmacro %}

{# GoogleSQL reference, Format elements for date and time parts; in UTC. #}
{% macro bigquery__iso_seconds(timestamp) -%}
    format_timestamp('%Y-%m-%dT%H:%M:%S', {{ timestamp }})
{%- endmacro %}
