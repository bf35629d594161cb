{# The object, as text, without the keys of a list expression. #}
{% macro json_drop_keys(object, keys) -%}
    {{- return(adapter.dispatch('json_drop_keys', 'crosswalk')(object, keys)) -}}
{%- endmacro %}

{% macro default__json_drop_keys(object, keys) %}{{ crosswalk.lacks_verb('json_drop_keys') }}{% endmacro %}

{% macro duckdb__json_drop_keys(object, keys) -%}
    '{' || array_to_string(list_transform(
        list_filter(
            list_zip(json_keys({{ object }}), json_extract({{ object }}, '$.*')),
            lambda entry: not list_contains({{ keys }}, entry[1])
        ),
        lambda entry: to_json(entry[1])::varchar || ':' || entry[2]::varchar
    ), ',') || '}'
{%- endmacro %}

{% macro postgres__json_drop_keys(object, keys) -%}
    {{ crosswalk.postgres__function('json_drop_keys') }}(({{ object }})::text, {{ keys }})
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: filter. #}
{% macro spark__json_drop_keys(object, keys) -%}
    {{ crosswalk.spark__let('wanted', 'transform(' ~ keys ~ ', name -> ' ~ crosswalk.json_string('name') ~ ')', crosswalk.spark__object_of(
        'filter(' ~ crosswalk.spark__json_entries(object, 1) ~ ', entry -> not array_contains(wanted, ' ~ crosswalk.spark__entry_key('entry') ~ '))'
    )) }}
{%- endmacro %}

{% macro databricks__json_drop_keys(object, keys) -%}
    {{- return(crosswalk.spark__json_drop_keys(object, keys)) -}}
{%- endmacro %}

{% macro snowflake__json_drop_keys(object, keys) -%}
    {{ crosswalk.python__call('text', 'json_drop_keys', [object, keys]) }}
{%- endmacro %}

{% macro redshift__json_drop_keys(object, keys) -%}
    {{ crosswalk.python__call('text', 'json_drop_keys', [object, keys]) }}
{%- endmacro %}

{% macro bigquery__json_drop_keys(object, keys) -%}
    {{ crosswalk.python__call('text', 'json_drop_keys', [object, keys]) }}
{%- endmacro %}
