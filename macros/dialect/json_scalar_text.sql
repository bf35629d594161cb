{# Text of a JSON value: strings unquoted, other kinds as JSON text, JSON null as null. #}
{% macro json_scalar_text(value) -%}
    {{- return(adapter.dispatch('json_scalar_text', 'crosswalk')(value)) -}}
{%- endmacro %}

{% macro default__json_scalar_text(value) %}{{ crosswalk.lacks_verb('json_scalar_text') }}{% endmacro %}

{% macro duckdb__json_scalar_text(value) -%}
    json_extract_string({{ value }}, '$')
{%- endmacro %}

{% macro postgres__json_scalar_text(value) -%}
    {{ crosswalk.postgres__function('json_scalar_text') }}(({{ value }})::text)
{%- endmacro %}

{% macro spark__json_scalar_text(value) -%}
    {{ crosswalk.spark__let('whole', value, "case when substr(whole, 1, 1) in ('{', '[') then " ~ crosswalk.spark__without_space('whole') ~ ' else ' ~ crosswalk.spark__value_text('whole') ~ ' end') }}
{%- endmacro %}

{% macro databricks__json_scalar_text(value) -%}
    {{- return(crosswalk.spark__json_scalar_text(value)) -}}
{%- endmacro %}

{% macro snowflake__json_scalar_text(value) -%}
    {{ crosswalk.python__call('text', 'json_scalar_text', [value]) }}
{%- endmacro %}

{% macro redshift__json_scalar_text(value) -%}
    {{ crosswalk.python__call('text', 'json_scalar_text', [value]) }}
{%- endmacro %}

{% macro bigquery__json_scalar_text(value) -%}
    {{ crosswalk.python__call('text', 'json_scalar_text', [value]) }}
{%- endmacro %}
