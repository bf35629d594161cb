{# The number of characters of an object's longest key; 0 where there is none. #}
{% macro json_longest_key(object) -%}
    {{- return(adapter.dispatch('json_longest_key', 'crosswalk')(object)) -}}
{%- endmacro %}

{% macro default__json_longest_key(object) %}{{ crosswalk.lacks_verb('json_longest_key') }}{% endmacro %}

{% macro duckdb__json_longest_key(object) -%}
    coalesce(list_max(list_transform(json_keys({{ object }}), lambda key: length(key))), 0)
{%- endmacro %}

{% macro postgres__json_longest_key(object) -%}
    {{ crosswalk.postgres__function('json_longest') }}(({{ object }})::text, 'key')
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: array_max. #}
{% macro spark__json_longest_key(object) -%}
    coalesce(array_max(transform({{ crosswalk.json_keys(object) }}, key -> length(key))), 0)
{%- endmacro %}

{% macro databricks__json_longest_key(object) -%}
    {{- return(crosswalk.spark__json_longest_key(object)) -}}
{%- endmacro %}

{% macro snowflake__json_longest_key(object) -%}
    {{ crosswalk.python__call('count', 'json_longest_key', [object]) }}
{%- endmacro %}

{% macro redshift__json_longest_key(object) -%}
    {{ crosswalk.python__call('count', 'json_longest_key', [object]) }}
{%- endmacro %}

{% macro bigquery__json_longest_key(object) -%}
    {{ crosswalk.python__call('count', 'json_longest_key', [object]) }}
{%- endmacro %}
