{# The bytes of the largest list or object among an object's own values, as JSON text; 0 where there is none. #}
{% macro json_largest_value(object) -%}
    {{- return(adapter.dispatch('json_largest_value', 'crosswalk')(object)) -}}
{%- endmacro %}

{% macro default__json_largest_value(object) %}{{ crosswalk.lacks_verb('json_largest_value') }}{% endmacro %}

{% macro duckdb__json_largest_value(object) -%}
    coalesce(list_max(list_transform(
        list_filter(json_extract({{ object }}, '$.*'), lambda entry: left(entry::varchar, 1) in ('{', '[')),
        lambda entry: strlen(entry::varchar)
    )), 0)
{%- endmacro %}

{% macro postgres__json_largest_value(object) -%}
    {{ crosswalk.postgres__function('json_longest') }}(({{ object }})::text, 'value')
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: octet_length. #}
{% macro spark__json_largest_value(object) -%}
    coalesce(array_max(transform(
        filter({{ crosswalk.spark__json_entries(object, 3) }}, entry -> substr(entry, 1, 1) in ('{', '[')),
        entry -> octet_length(entry)
    )), 0)
{%- endmacro %}

{% macro databricks__json_largest_value(object) -%}
    {{- return(crosswalk.spark__json_largest_value(object)) -}}
{%- endmacro %}

{% macro snowflake__json_largest_value(object) -%}
    {{ crosswalk.python__call('count', 'json_largest_value', [object]) }}
{%- endmacro %}

{% macro redshift__json_largest_value(object) -%}
    {{ crosswalk.python__call('count', 'json_largest_value', [object]) }}
{%- endmacro %}

{% macro bigquery__json_largest_value(object) -%}
    {{ crosswalk.python__call('count', 'json_largest_value', [object]) }}
{%- endmacro %}
