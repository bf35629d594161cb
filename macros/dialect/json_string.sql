{# A text as a JSON string literal; null stays null. #}
{% macro json_string(text) -%}
    {{- return(adapter.dispatch('json_string', 'crosswalk')(text)) -}}
{%- endmacro %}

{% macro default__json_string(text) %}{{ crosswalk.lacks_verb('json_string') }}{% endmacro %}

{% macro duckdb__json_string(text) -%}
    to_json({{ text }})::varchar
{%- endmacro %}

{% macro postgres__json_string(text) -%}
    {{ crosswalk.postgres__function('json_string') }}(({{ text }})::text)
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: to_json, which writes control characters and quotes as DuckDB does. #}
{% macro spark__json_string(text) -%}
    nullif(regexp_extract(to_json(array({{ text }})), r'(?s)^\[(".*")\]$', 1), '')
{%- endmacro %}

{% macro databricks__json_string(text) -%}
    {{- return(crosswalk.spark__json_string(text)) -}}
{%- endmacro %}

{% macro snowflake__json_string(text) -%}
    {{ crosswalk.python__call('text', 'write_string', [text]) }}
{%- endmacro %}

{% macro redshift__json_string(text) -%}
    {{ crosswalk.python__call('text', 'write_string', [text]) }}
{%- endmacro %}

{% macro bigquery__json_string(text) -%}
    {{ crosswalk.python__call('text', 'write_string', [text]) }}
{%- endmacro %}
