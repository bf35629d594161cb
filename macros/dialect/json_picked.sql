{# What `json_pick` or `json_pick_text` gave for `key` among `keys`; null where absent. #}
{% macro json_picked(picked, keys, key) -%}
    {{- return(adapter.dispatch('json_picked', 'crosswalk')(picked, keys, key)) -}}
{%- endmacro %}

{% macro default__json_picked(picked, keys, key) %}{{ crosswalk.lacks_verb('json_picked') }}{% endmacro %}

{% macro duckdb__json_picked(picked, keys, key) -%}
    {{ picked }}[{{ keys.index(key) + 1 }}]
{%- endmacro %}

{# PostgreSQL manual, 8.15 Arrays. #}
{% macro postgres__json_picked(picked, keys, key) -%}
    ({{ picked }})[{{ keys.index(key) + 1 }}]
{%- endmacro %}

{# Spark SQL reference, Data Types: an array begins with 0. #}
{% macro spark__json_picked(picked, keys, key) -%}
    {{ picked }}[{{ keys.index(key) }}]
{%- endmacro %}

{% macro databricks__json_picked(picked, keys, key) -%}
    {{- return(crosswalk.spark__json_picked(picked, keys, key)) -}}
{%- endmacro %}

{# Snowflake Documentation, SPLIT_PART, NULLIF. #}
{% macro snowflake__json_picked(picked, keys, key) -%}
    {{ crosswalk.python__picked_text(picked, keys.index(key) + 1) }}
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, SPLIT_PART, NULLIF. #}
{% macro redshift__json_picked(picked, keys, key) -%}
    {{ crosswalk.python__picked_text(picked, keys.index(key) + 1) }}
{%- endmacro %}

{% macro bigquery__json_picked(picked, keys, key) -%}
    {{ crosswalk.python__picked_text(picked, keys.index(key) + 1) }}
{%- endmacro %}
