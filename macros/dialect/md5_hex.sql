{# MD5 of a text as 32 hex digits in lower case. #}
{% macro md5_hex(text) -%}
    {{- return(adapter.dispatch('md5_hex', 'crosswalk')(text)) -}}
{%- endmacro %}

{% macro default__md5_hex(text) %}{{ crosswalk.lacks_verb('md5_hex') }}{% endmacro %}

{% macro duckdb__md5_hex(text) -%}
    md5({{ text }})
{%- endmacro %}

{# PostgreSQL manual, 9.4 String Functions and Operators. #}
{% macro postgres__md5_hex(text) -%}
    md5({{ text }})
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: md5. #}
{% macro spark__md5_hex(text) -%}
    md5({{ text }})
{%- endmacro %}

{% macro databricks__md5_hex(text) -%}
    {{- return(crosswalk.spark__md5_hex(text)) -}}
{%- endmacro %}

{# Snowflake Documentation, MD5. #}
{% macro snowflake__md5_hex(text) -%}
    md5({{ text }})
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, MD5. #}
{% macro redshift__md5_hex(text) -%}
    md5({{ text }})
{%- endmacro %}

{# GoogleSQL reference, Hash functions: MD5. #}
{% macro bigquery__md5_hex(text) -%}
    to_hex(md5({{ text }}))
{%- endmacro %}
