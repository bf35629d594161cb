{# A text as it is sorted, and compared for the least and the greatest: by its bytes, whatever language the database sorts in. #}
{% macro by_bytes(text) -%}
    {{- return(adapter.dispatch('by_bytes', 'crosswalk')(text)) -}}
{%- endmacro %}

{% macro default__by_bytes(text) %}{{ crosswalk.lacks_verb('by_bytes') }}{% endmacro %}

{% macro duckdb__by_bytes(text) -%}
    {{ text }}
{%- endmacro %}

{# PostgreSQL manual, 24.2 Collation Support: C sorts by bytes. #}
{% macro postgres__by_bytes(text) -%}
    ({{ text }}) collate "C"
{%- endmacro %}

{# Spark SQL reference, Collation: the default, UTF8_BINARY, sorts by bytes. #}
{% macro spark__by_bytes(text) -%}
    {{ text }}
{%- endmacro %}

{% macro databricks__by_bytes(text) -%}
    {{- return(crosswalk.spark__by_bytes(text)) -}}
{%- endmacro %}

{# Snowflake Documentation, Collation Support: without a collation texts are compared by their bytes in UTF-8. #}
{% macro snowflake__by_bytes(text) -%}
    {{ text }}
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, Collation Sequences: texts are compared by their bytes. #}
{% macro redshift__by_bytes(text) -%}
    {{ text }}
{%- endmacro %}

{# GoogleSQL reference, Data types, Collation: without one texts are compared by their bytes in UTF-8. #}
{% macro bigquery__by_bytes(text) -%}
    {{ text }}
{%- endmacro %}
