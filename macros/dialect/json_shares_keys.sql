{# Whether two objects have a key in common. #}
{% macro json_shares_keys(one, other) -%}
    {{- return(adapter.dispatch('json_shares_keys', 'crosswalk')(one, other)) -}}
{%- endmacro %}

{% macro default__json_shares_keys(one, other) %}{{ crosswalk.lacks_verb('json_shares_keys') }}{% endmacro %}

{% macro duckdb__json_shares_keys(one, other) -%}
    list_has_any(json_keys({{ one }}), json_keys({{ other }}))
{%- endmacro %}

{# PostgreSQL manual, 9.19 Array Functions and Operators. #}
{% macro postgres__json_shares_keys(one, other) -%}
    {{ crosswalk.postgres__function('json_keys') }}(({{ one }})::text) && {{ crosswalk.postgres__function('json_keys') }}(({{ other }})::text)
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: arrays_overlap. #}
{% macro spark__json_shares_keys(one, other) -%}
    arrays_overlap({{ crosswalk.spark__json_entries(one, 2) }}, {{ crosswalk.spark__json_entries(other, 2) }})
{%- endmacro %}

{% macro databricks__json_shares_keys(one, other) -%}
    {{- return(crosswalk.spark__json_shares_keys(one, other)) -}}
{%- endmacro %}

{% macro snowflake__json_shares_keys(one, other) -%}
    {{ crosswalk.python__call('flag', 'json_shares_keys', [one, other]) }}
{%- endmacro %}

{% macro redshift__json_shares_keys(one, other) -%}
    {{ crosswalk.python__call('flag', 'json_shares_keys', [one, other]) }}
{%- endmacro %}

{% macro bigquery__json_shares_keys(one, other) -%}
    {{ crosswalk.python__call('flag', 'json_shares_keys', [one, other]) }}
{%- endmacro %}
