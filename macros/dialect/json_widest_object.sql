{# The number of keys of the widest object inside a JSON text, at any depth below the top; 0 where there is none. #}
{% macro json_widest_object(text) -%}
    {{- return(adapter.dispatch('json_widest_object', 'crosswalk')(text)) -}}
{%- endmacro %}

{% macro default__json_widest_object(text) %}{{ crosswalk.lacks_verb('json_widest_object') }}{% endmacro %}

{% macro duckdb__json_widest_object(text) -%}
    coalesce(list_max(list_transform(json_keys({{ text }}, '$..*'), lambda keys: len(keys))), 0)
{%- endmacro %}

{% macro postgres__json_widest_object(text) -%}
    {{ crosswalk.postgres__function('json_largest') }}(({{ text }})::json, 'object')
{%- endmacro %}

{% macro spark__json_widest_object(text) -%}
    {{ crosswalk.spark__longest_inside(text, '[{]', '[}]') }}
{%- endmacro %}

{% macro databricks__json_widest_object(text) -%}
    {{- return(crosswalk.spark__json_widest_object(text)) -}}
{%- endmacro %}

{% macro snowflake__json_widest_object(text) -%}
    {{ crosswalk.python__call('count', 'json_widest_object', [text]) }}
{%- endmacro %}

{% macro redshift__json_widest_object(text) -%}
    {{ crosswalk.python__call('count', 'json_widest_object', [text]) }}
{%- endmacro %}

{% macro bigquery__json_widest_object(text) -%}
    {{ crosswalk.python__call('count', 'json_widest_object', [text]) }}
{%- endmacro %}
