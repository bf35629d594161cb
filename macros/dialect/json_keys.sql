{# The top-level keys of an object as a list of text. #}
{% macro json_keys(object) -%}
    {{- return(adapter.dispatch('json_keys', 'crosswalk')(object)) -}}
{%- endmacro %}

{% macro default__json_keys(object) %}{{ crosswalk.lacks_verb('json_keys') }}{% endmacro %}

{% macro duckdb__json_keys(object) -%}
    json_keys({{ object }})
{%- endmacro %}

{% macro postgres__json_keys(object) -%}
    {{ crosswalk.postgres__function('json_keys') }}(({{ object }})::text)
{%- endmacro %}

{% macro spark__json_keys(object) -%}
    {{ crosswalk.spark__json_unquoted(crosswalk.spark__json_entries(object, 2)) }}
{%- endmacro %}

{% macro databricks__json_keys(object) -%}
    {{- return(crosswalk.spark__json_keys(object)) -}}
{%- endmacro %}

{% macro snowflake__json_keys(object) -%}
    {{ crosswalk.python__call('text', 'json_keys', [object]) }}
{%- endmacro %}

{% macro redshift__json_keys(object) -%}
    {{ crosswalk.python__call('text', 'json_keys', [object]) }}
{%- endmacro %}

{% macro bigquery__json_keys(object) -%}
    {{ crosswalk.python__call('text', 'json_keys', [object]) }}
{%- endmacro %}
