{# The number of elements of the longest array in a JSON text, at any depth; 0 where there is none. #}
{% macro json_longest_array(text) -%}
    {{- return(adapter.dispatch('json_longest_array', 'crosswalk')(text)) -}}
{%- endmacro %}

{% macro default__json_longest_array(text) %}{{ crosswalk.lacks_verb('json_longest_array') }}{% endmacro %}

{% macro duckdb__json_longest_array(text) -%}
    coalesce(list_max(json_array_length({{ text }}, '$..*')), 0)
{%- endmacro %}

{% macro postgres__json_longest_array(text) -%}
    {{ crosswalk.postgres__function('json_largest') }}(({{ text }})::json, 'array')
{%- endmacro %}

{% macro spark__json_longest_array(text) -%}
    {{ crosswalk.spark__longest_inside(text, '\\[', '\\]') }}
{%- endmacro %}

{% macro databricks__json_longest_array(text) -%}
    {{- return(crosswalk.spark__json_longest_array(text)) -}}
{%- endmacro %}

{% macro snowflake__json_longest_array(text) -%}
    {{ crosswalk.python__call('count', 'json_longest_array', [text]) }}
{%- endmacro %}

{% macro redshift__json_longest_array(text) -%}
    {{ crosswalk.python__call('count', 'json_longest_array', [text]) }}
{%- endmacro %}

{% macro bigquery__json_longest_array(text) -%}
    {{ crosswalk.python__call('count', 'json_longest_array', [text]) }}
{%- endmacro %}
