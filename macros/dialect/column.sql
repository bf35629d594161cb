{# The name of a column, as it has to be written where the engine keeps the word for itself. #}
{% macro column(name) -%}
    {{- return(adapter.dispatch('column', 'crosswalk')(name)) -}}
{%- endmacro %}

{% macro default__column(name) -%}
    {{ name }}
{%- endmacro %}

{% macro duckdb__column(name) -%}
    {{ name }}
{%- endmacro %}

{# Snowflake Documentation, Reserved & limited keywords; a quoted name is in capitals, as those without quotes are. #}
{% macro snowflake__column(name) -%}
    {{ adapter.quote(name | upper) if name in ['rows'] else name }}
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, Reserved words. #}
{% macro redshift__column(name) -%}
    {{ adapter.quote(name) if name in ['identity', 'snapshot', 'timestamp'] else name }}
{%- endmacro %}

{# GoogleSQL reference, Lexical structure, Reserved keywords. #}
{% macro bigquery__column(name) -%}
    {{ adapter.quote(name) if name in ['groups', 'hash', 'rows'] else name }}
{%- endmacro %}
