{# The object, as text, with its top-level keys in the order of their text: what a hash of it asks for, since a vendor may write them in any. #}
{% macro json_sorted_keys(object) -%}
    {{- return(adapter.dispatch('json_sorted_keys', 'crosswalk')(object)) -}}
{%- endmacro %}

{% macro default__json_sorted_keys(object) %}{{ crosswalk.lacks_verb('json_sorted_keys') }}{% endmacro %}

{% macro duckdb__json_sorted_keys(object) -%}
    '{' || array_to_string(list_sort(list_transform(
        list_zip(json_keys({{ object }}), json_extract({{ object }}, '$.*')),
        lambda entry: to_json(entry[1])::varchar || ':' || entry[2]::varchar
    )), ',') || '}'
{%- endmacro %}

{% macro postgres__json_sorted_keys(object) -%}
    {{ crosswalk.postgres__function('json_sorted_keys') }}(({{ object }})::text)
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: array_sort. #}
{% macro spark__json_sorted_keys(object) -%}
    {{ crosswalk.spark__object_of('array_sort(' ~ crosswalk.spark__json_entries(object, 1) ~ ')') }}
{%- endmacro %}

{% macro databricks__json_sorted_keys(object) -%}
    {{- return(crosswalk.spark__json_sorted_keys(object)) -}}
{%- endmacro %}

{% macro snowflake__json_sorted_keys(object) -%}
    {{ crosswalk.python__call('text', 'json_sorted_keys', [object]) }}
{%- endmacro %}

{% macro redshift__json_sorted_keys(object) -%}
    {{ crosswalk.python__call('text', 'json_sorted_keys', [object]) }}
{%- endmacro %}

{% macro bigquery__json_sorted_keys(object) -%}
    {{ crosswalk.python__call('text', 'json_sorted_keys', [object]) }}
{%- endmacro %}
