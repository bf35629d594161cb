{# SHA-1 of a text as 40 hex digits in lower case. #}
{% macro sha1_hex(text) -%}
    {{- return(adapter.dispatch('sha1_hex', 'crosswalk')(text)) -}}
{%- endmacro %}

{% macro default__sha1_hex(text) %}{{ crosswalk.lacks_verb('sha1_hex') }}{% endmacro %}

{% macro duckdb__sha1_hex(text) -%}
    sha1({{ text }})
{%- endmacro %}

{# PostgreSQL manual, F.28 pgcrypto. #}
{% macro postgres__sha1_hex(text) -%}
    {{ crosswalk.postgres__function('sha1_hex') }}(({{ text }})::text)
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: sha1. #}
{% macro spark__sha1_hex(text) -%}
    sha1({{ text }})
{%- endmacro %}

{% macro databricks__sha1_hex(text) -%}
    {{- return(crosswalk.spark__sha1_hex(text)) -}}
{%- endmacro %}

{# Snowflake Documentation, SHA1. #}
{% macro snowflake__sha1_hex(text) -%}
    sha1({{ text }})
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, SHA1. #}
{% macro redshift__sha1_hex(text) -%}
    sha1({{ text }})
{%- endmacro %}

{# GoogleSQL reference, Hash functions: SHA1. #}
{% macro bigquery__sha1_hex(text) -%}
    to_hex(sha1({{ text }}))
{%- endmacro %}
