{# The object, as text, with a prefix (a SQL expression) before every key. #}
{% macro json_prefix_keys(object, prefix) -%}
    {{- return(adapter.dispatch('json_prefix_keys', 'crosswalk')(object, prefix)) -}}
{%- endmacro %}

{% macro default__json_prefix_keys(object, prefix) %}{{ crosswalk.lacks_verb('json_prefix_keys') }}{% endmacro %}

{% macro duckdb__json_prefix_keys(object, prefix) -%}
    '{' || array_to_string(list_transform(
        list_zip(json_keys({{ object }}), json_extract({{ object }}, '$.*')),
        lambda entry: to_json({{ prefix }} || entry[1])::varchar || ':' || entry[2]::varchar
    ), ',') || '}'
{%- endmacro %}

{% macro postgres__json_prefix_keys(object, prefix) -%}
    {{ crosswalk.postgres__function('json_prefix_keys') }}(({{ object }})::text, ({{ prefix }})::text)
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: transform. #}
{% macro spark__json_prefix_keys(object, prefix) -%}
    {{ crosswalk.spark__let('before', crosswalk.json_string(prefix), crosswalk.spark__object_of(
        'transform(' ~ crosswalk.spark__json_entries(object, 1) ~ ', entry -> substr(before, 1, length(before) - 1) || substr(entry, 2))'
    )) }}
{%- endmacro %}

{% macro databricks__json_prefix_keys(object, prefix) -%}
    {{- return(crosswalk.spark__json_prefix_keys(object, prefix)) -}}
{%- endmacro %}

{% macro snowflake__json_prefix_keys(object, prefix) -%}
    {{ crosswalk.python__call('text', 'json_prefix_keys', [object, prefix]) }}
{%- endmacro %}

{% macro redshift__json_prefix_keys(object, prefix) -%}
    {{ crosswalk.python__call('text', 'json_prefix_keys', [object, prefix]) }}
{%- endmacro %}

{% macro bigquery__json_prefix_keys(object, prefix) -%}
    {{ crosswalk.python__call('text', 'json_prefix_keys', [object, prefix]) }}
{%- endmacro %}
