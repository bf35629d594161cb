{# How often a character stands in a text. #}
{% macro count_of(text, character) -%}
    {{- return(adapter.dispatch('count_of', 'crosswalk')(text, character)) -}}
{%- endmacro %}

{% macro default__count_of(text, character) %}{{ crosswalk.lacks_verb('count_of') }}{% endmacro %}

{% macro duckdb__count_of(text, character) -%}
    (length({{ text }}) - length(replace({{ text }}, '{{ character }}', '')))
{%- endmacro %}

{% macro postgres__count_of(text, character) -%}
    (length({{ text }}) - length(replace({{ text }}, '{{ character }}', '')))
{%- endmacro %}

{% macro spark__count_of(text, character) -%}
    (length({{ text }}) - length(replace({{ text }}, '{{ character }}', '')))
{%- endmacro %}

{% macro databricks__count_of(text, character) -%}
    {{- return(crosswalk.spark__count_of(text, character)) -}}
{%- endmacro %}

{% macro snowflake__count_of(text, character) -%}
    (length({{ text }}) - length(replace({{ text }}, '{{ character }}', '')))
{%- endmacro %}

{% macro redshift__count_of(text, character) -%}
    (length({{ text }}) - length(replace({{ text }}, '{{ character }}', '')))
{%- endmacro %}

{# GoogleSQL reference, String functions: LENGTH, which counts characters. #}
{% macro bigquery__count_of(text, character) -%}
    (length({{ text }}) - length(replace({{ text }}, '{{ character }}', '')))
{%- endmacro %}
