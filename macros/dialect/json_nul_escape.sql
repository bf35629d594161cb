{# Whether a line of JSON holds an escaped NUL. An escaped backslash before `u0000` is text and no NUL. #}
{% macro json_nul_escape(text) -%}
    {{- return(adapter.dispatch('json_nul_escape', 'crosswalk')(text)) -}}
{%- endmacro %}

{% macro default__json_nul_escape(text) %}{{ crosswalk.lacks_verb('json_nul_escape') }}{% endmacro %}

{% macro duckdb__json_nul_escape(text) -%}
    case when contains({{ text }}, '\u0000') then contains(replace({{ text }}, '\\', '\u005c'), '\u0000') else false end
{%- endmacro %}

{% macro postgres__json_nul_escape(text) -%}
    {{ crosswalk.postgres__function('json_nul_escape') }}({{ text }})
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: contains; Literals: a raw string. #}
{% macro spark__json_nul_escape(text) -%}
    case when contains({{ text }}, r'\u0000') then contains(replace({{ text }}, r'\\', r'\u005c'), r'\u0000') else false end
{%- endmacro %}

{% macro databricks__json_nul_escape(text) -%}
    {{- return(crosswalk.spark__json_nul_escape(text)) -}}
{%- endmacro %}

{% macro snowflake__json_nul_escape(text) -%}
    {{ crosswalk.python__call('flag', 'json_nul_escape', [text]) }}
{%- endmacro %}

{% macro redshift__json_nul_escape(text) -%}
    {{ crosswalk.python__call('flag', 'json_nul_escape', [text]) }}
{%- endmacro %}

{% macro bigquery__json_nul_escape(text) -%}
    {{ crosswalk.python__call('flag', 'json_nul_escape', [text]) }}
{%- endmacro %}
