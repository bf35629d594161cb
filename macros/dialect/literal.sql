{# A text as a SQL string literal. Whatever a name holds, it is data. #}
{% macro literal(text) -%}
    {{- return(adapter.dispatch('literal', 'crosswalk')(text)) -}}
{%- endmacro %}

{% macro default__literal(text) %}{{ crosswalk.lacks_verb('literal') }}{% endmacro %}

{% macro duckdb__literal(text) -%}
    '{{ text | string | replace("'", "''") }}'
{%- endmacro %}

{# PostgreSQL manual, 4.1.2.1 String Constants. #}
{% macro postgres__literal(text) -%}
    '{{ text | string | replace("'", "''") }}'
{%- endmacro %}

{# Spark SQL reference, Literals: string literal. A backslash is an escape there. #}
{% macro spark__literal(text) -%}
    '{{ text | string | replace('\\', '\\\\') | replace("'", "\\'") }}'
{%- endmacro %}

{% macro databricks__literal(text) -%}
    {{- return(crosswalk.spark__literal(text)) -}}
{%- endmacro %}

{# Snowflake Documentation, String Constants: a backslash begins an escape. #}
{% macro snowflake__literal(text) -%}
    '{{ text | string | replace("\\", "\\\\") | replace("'", "''") }}'
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, Literals: a backslash begins an escape. #}
{% macro redshift__literal(text) -%}
    '{{ text | string | replace("\\", "\\\\") | replace("'", "''") }}'
{%- endmacro %}

{# GoogleSQL reference, Lexical structure, String and bytes literals. #}
{% macro bigquery__literal(text) -%}
    '{{ text | string | replace("\\", "\\\\") | replace("'", "\\'") | replace("\n", "\\n") | replace("\r", "\\r") }}'
{%- endmacro %}
