{# A whole number from 0 to 268,435,455 that depends on the text alone, the same on every warehouse: seven hex digits of its MD5. #}
{% macro hash_integer(text) -%}
    {{- return(adapter.dispatch('hash_integer', 'crosswalk')(text)) -}}
{%- endmacro %}

{% macro default__hash_integer(text) %}{{ crosswalk.lacks_verb('hash_integer') }}{% endmacro %}

{% macro duckdb__hash_integer(text) -%}
    ('0x' || substr(md5({{ text }}), 1, 7))::integer
{%- endmacro %}

{# PostgreSQL manual, 8.10 Bit String Types; that a text beginning with x is read as hex digits is said at 4.1.2.5. #}
{% macro postgres__hash_integer(text) -%}
    ('x' || substr(md5({{ text }}), 1, 7))::bit(28)::integer
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: conv, md5. #}
{% macro spark__hash_integer(text) -%}
    cast(conv(substr(md5({{ text }}), 1, 7), 16, 10) as int)
{%- endmacro %}

{% macro databricks__hash_integer(text) -%}
    {{- return(crosswalk.spark__hash_integer(text)) -}}
{%- endmacro %}

{# Snowflake Documentation, TO_NUMBER; SQL format models: X. #}
{% macro snowflake__hash_integer(text) -%}
    to_number(substr(md5({{ text }}), 1, 7), 'XXXXXXX')::integer
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, STRTOL. #}
{% macro redshift__hash_integer(text) -%}
    cast(strtol(substring(md5({{ text }}), 1, 7), 16) as integer)
{%- endmacro %}

{# GoogleSQL reference, Conversion rules: a text of hex digits as INT64. #}
{% macro bigquery__hash_integer(text) -%}
    cast(concat('0x', substr(to_hex(md5({{ text }})), 1, 7)) as int64)
{%- endmacro %}
