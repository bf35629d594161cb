{# The place, from 1, at which a text first stands in another; 0 where it does not. #}
{% macro place_in(part, text) -%}
    {{- return(adapter.dispatch('place_in', 'crosswalk')(part, text)) -}}
{%- endmacro %}

{% macro default__place_in(part, text) %}{{ crosswalk.lacks_verb('place_in') }}{% endmacro %}

{% macro duckdb__place_in(part, text) -%}
    position({{ part }} in {{ text }})
{%- endmacro %}

{# PostgreSQL manual, 9.4 String Functions. #}
{% macro postgres__place_in(part, text) -%}
    position({{ part }} in {{ text }})
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: position. #}
{% macro spark__place_in(part, text) -%}
    position({{ part }} in {{ text }})
{%- endmacro %}

{% macro databricks__place_in(part, text) -%}
    {{- return(crosswalk.spark__place_in(part, text)) -}}
{%- endmacro %}

{# Snowflake Documentation, POSITION. #}
{% macro snowflake__place_in(part, text) -%}
    position({{ part }} in {{ text }})
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, POSITION. #}
{% macro redshift__place_in(part, text) -%}
    position({{ part }} in {{ text }})
{%- endmacro %}

{# GoogleSQL reference, String functions: STRPOS. #}
{% macro bigquery__place_in(part, text) -%}
    strpos({{ text }}, {{ part }})
{%- endmacro %}
