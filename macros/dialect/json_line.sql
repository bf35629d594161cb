{# A line of JSON, repaired, as the other verbs read it, where it is strict (a SQL condition): where an engine hands values on as they were written, with
   texts and numbers written the one way that gives the same rows and ids everywhere, which is DuckDB's and JavaScript's. What is no strict JSON may come out
   as null. #}
{% macro json_line(text, is_strict) -%}
    {{- return(adapter.dispatch('json_line', 'crosswalk')(text, is_strict)) -}}
{%- endmacro %}

{% macro default__json_line(text, is_strict) %}{{ crosswalk.lacks_verb('json_line') }}{% endmacro %}

{% macro duckdb__json_line(text, is_strict) -%}
    {{ text }}
{%- endmacro %}

{% macro postgres__json_line(text, is_strict) -%}
    case when coalesce({{ is_strict }}, true) then {{ crosswalk.json_minify(text) }} end
{%- endmacro %}

{% macro spark__json_line(text, is_strict) -%}
    case when coalesce({{ is_strict }}, true) then {{ crosswalk.json_minify(text) }} end
{%- endmacro %}

{% macro databricks__json_line(text, is_strict) -%}
    {{- return(crosswalk.spark__json_line(text, is_strict)) -}}
{%- endmacro %}

{% macro snowflake__json_line(text, is_strict) -%}
    case when coalesce({{ is_strict }}, true) then {{ crosswalk.json_minify(text) }} end
{%- endmacro %}

{% macro redshift__json_line(text, is_strict) -%}
    case when coalesce({{ is_strict }}, true) then {{ crosswalk.json_minify(text) }} end
{%- endmacro %}

{% macro bigquery__json_line(text, is_strict) -%}
    case when coalesce({{ is_strict }}, true) then {{ crosswalk.json_minify(text) }} end
{%- endmacro %}
