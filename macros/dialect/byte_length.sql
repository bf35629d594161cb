{# Length of a text in bytes of UTF-8. #}
{% macro byte_length(text) -%}
    {{- return(adapter.dispatch('byte_length', 'crosswalk')(text)) -}}
{%- endmacro %}

{% macro default__byte_length(text) %}{{ crosswalk.lacks_verb('byte_length') }}{% endmacro %}

{% macro duckdb__byte_length(text) -%}
    strlen({{ text }})
{%- endmacro %}

{# PostgreSQL manual, 9.4 String Functions and Operators. #}
{% macro postgres__byte_length(text) -%}
    octet_length({{ text }})::bigint
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: octet_length. #}
{% macro spark__byte_length(text) -%}
    cast(octet_length({{ text }}) as bigint)
{%- endmacro %}

{% macro databricks__byte_length(text) -%}
    {{- return(crosswalk.spark__byte_length(text)) -}}
{%- endmacro %}

{# Snowflake Documentation, OCTET_LENGTH. #}
{% macro snowflake__byte_length(text) -%}
    cast(octet_length({{ text }}) as bigint)
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, OCTET_LENGTH. #}
{% macro redshift__byte_length(text) -%}
    cast(octet_length({{ text }}) as bigint)
{%- endmacro %}

{# GoogleSQL reference, String functions: BYTE_LENGTH. #}
{% macro bigquery__byte_length(text) -%}
    byte_length({{ text }})
{%- endmacro %}
