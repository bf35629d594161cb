{# The object, as text, without the keys whose value is JSON null. #}
{% macro json_drop_nulls(object) -%}
    {{- return(adapter.dispatch('json_drop_nulls', 'crosswalk')(object)) -}}
{%- endmacro %}

{% macro default__json_drop_nulls(object) %}{{ crosswalk.lacks_verb('json_drop_nulls') }}{% endmacro %}

{% macro duckdb__json_drop_nulls(object) -%}
    '{' || array_to_string(list_transform(
        list_filter(
            list_zip(json_keys({{ object }}), json_extract({{ object }}, '$.*')),
            lambda entry: json_type(entry[2]) <> 'NULL'
        ),
        lambda entry: to_json(entry[1])::varchar || ':' || entry[2]::varchar
    ), ',') || '}'
{%- endmacro %}

{% macro postgres__json_drop_nulls(object) -%}
    {{ crosswalk.postgres__function('json_drop_nulls') }}(({{ object }})::text)
{%- endmacro %}

{# Only a null ends so: a text ends with its quote, an object and an array with their brackets. #}
{% macro spark__json_drop_nulls(object) -%}
    {{ crosswalk.spark__object_of('filter(' ~ crosswalk.spark__json_entries(object, 1) ~ ", entry -> not endswith(entry, ':null'))") }}
{%- endmacro %}

{% macro databricks__json_drop_nulls(object) -%}
    {{- return(crosswalk.spark__json_drop_nulls(object)) -}}
{%- endmacro %}

{% macro snowflake__json_drop_nulls(object) -%}
    {{ crosswalk.python__call('text', 'json_drop_nulls', [object]) }}
{%- endmacro %}

{% macro redshift__json_drop_nulls(object) -%}
    {{ crosswalk.python__call('text', 'json_drop_nulls', [object]) }}
{%- endmacro %}

{% macro bigquery__json_drop_nulls(object) -%}
    {{ crosswalk.python__call('text', 'json_drop_nulls', [object]) }}
{%- endmacro %}
