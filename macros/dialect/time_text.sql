{# A timestamp as text, in UTC without a zone: seconds, and of their fraction what is not zero at its end. Ids hash it. Null stays null. #}
{% macro time_text(timestamp) -%}
    {{- return(adapter.dispatch('time_text', 'crosswalk')(timestamp)) -}}
{%- endmacro %}

{% macro default__time_text(timestamp) %}{{ crosswalk.lacks_verb('time_text') }}{% endmacro %}

{% macro duckdb__time_text(timestamp) -%}
    cast({{ timestamp }} as varchar)
{%- endmacro %}

{# PostgreSQL manual, 8.5.2 Date/Time Output. #}
{% macro postgres__time_text(timestamp) -%}
    cast({{ timestamp }} as text)
{%- endmacro %}

{# Spark SQL reference, Data Types: the fraction has no zeros at its end. #}
{% macro spark__time_text(timestamp) -%}
    cast({{ timestamp }} as string)
{%- endmacro %}

{% macro databricks__time_text(timestamp) -%}
    {{- return(crosswalk.spark__time_text(timestamp)) -}}
{%- endmacro %}

{# Snowflake Documentation, TO_CHAR: a cast would write three digits of the fraction. #}
{% macro snowflake__time_text(timestamp) -%}
    regexp_replace(to_char({{ timestamp }}, 'YYYY-MM-DD HH24:MI:SS.FF6'), '[.]?0+$', '')
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, TO_CHAR, REGEXP_REPLACE. #}
{% macro redshift__time_text(timestamp) -%}
    regexp_replace(to_char({{ timestamp }}, 'YYYY-MM-DD HH24:MI:SS.US'), '[.]?0+$', '')
{%- endmacro %}

{# GoogleSQL reference, FORMAT_TIMESTAMP: a cast would write the zone. #}
{% macro bigquery__time_text(timestamp) -%}
    regexp_replace(format_timestamp('%Y-%m-%d %H:%M:%E6S', {{ timestamp }}), '[.]?0+$', '')
{%- endmacro %}
