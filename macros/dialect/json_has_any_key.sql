{# Whether the object has one of the literal keys. #}
{% macro json_has_any_key(object, keys) -%}
    {{- return(adapter.dispatch('json_has_any_key', 'crosswalk')(object, keys)) -}}
{%- endmacro %}

{% macro default__json_has_any_key(object, keys) %}{{ crosswalk.lacks_verb('json_has_any_key') }}{% endmacro %}

{% macro duckdb__json_has_any_key(object, keys) -%}
    list_has_any(json_keys({{ object }}), [
        {%- for key in keys %}{{ crosswalk.literal(key) }}{{ ', ' if not loop.last }}{% endfor -%}
    ])
{%- endmacro %}

{% macro postgres__json_has_any_key(object, keys) -%}
    {{ crosswalk.postgres__function('json_has_any_key') }}(({{ object }})::text, {{ crosswalk.text_list(keys) }})
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: arrays_overlap. #}
{% macro spark__json_has_any_key(object, keys) -%}
    arrays_overlap({{ crosswalk.spark__json_entries(object, 2) }}, {{ crosswalk.spark__key_texts(keys) }})
{%- endmacro %}

{% macro databricks__json_has_any_key(object, keys) -%}
    {{- return(crosswalk.spark__json_has_any_key(object, keys)) -}}
{%- endmacro %}

{% macro snowflake__json_has_any_key(object, keys) -%}
    {{ crosswalk.python__call('flag', 'json_has_any_key', [object, crosswalk.text_list(keys)]) }}
{%- endmacro %}

{% macro redshift__json_has_any_key(object, keys) -%}
    {{ crosswalk.python__call('flag', 'json_has_any_key', [object, crosswalk.text_list(keys)]) }}
{%- endmacro %}

{% macro bigquery__json_has_any_key(object, keys) -%}
    {{ crosswalk.python__call('flag', 'json_has_any_key', [object, crosswalk.text_list(keys)]) }}
{%- endmacro %}
