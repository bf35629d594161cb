{# Whether the first object has every key of the second. #}
{% macro json_covers_keys(one, other) -%}
    {{- return(adapter.dispatch('json_covers_keys', 'crosswalk')(one, other)) -}}
{%- endmacro %}

{% macro default__json_covers_keys(one, other) %}{{ crosswalk.lacks_verb('json_covers_keys') }}{% endmacro %}

{% macro duckdb__json_covers_keys(one, other) -%}
    list_has_all(json_keys({{ one }}), json_keys({{ other }}))
{%- endmacro %}

{# PostgreSQL manual, 9.19 Array Functions and Operators. #}
{% macro postgres__json_covers_keys(one, other) -%}
    {{ crosswalk.postgres__function('json_keys') }}(({{ one }})::text) @> {{ crosswalk.postgres__function('json_keys') }}(({{ other }})::text)
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: array_except. #}
{% macro spark__json_covers_keys(one, other) -%}
    size(array_except({{ crosswalk.spark__json_entries(other, 2) }}, {{ crosswalk.spark__json_entries(one, 2) }})) = 0
{%- endmacro %}

{% macro databricks__json_covers_keys(one, other) -%}
    {{- return(crosswalk.spark__json_covers_keys(one, other)) -}}
{%- endmacro %}

{% macro snowflake__json_covers_keys(one, other) -%}
    {{ crosswalk.python__call('flag', 'json_covers_keys', [one, other]) }}
{%- endmacro %}

{% macro redshift__json_covers_keys(one, other) -%}
    {{ crosswalk.python__call('flag', 'json_covers_keys', [one, other]) }}
{%- endmacro %}

{% macro bigquery__json_covers_keys(one, other) -%}
    {{ crosswalk.python__call('flag', 'json_covers_keys', [one, other]) }}
{%- endmacro %}
