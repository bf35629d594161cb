{# Text of `key` from what `json_pick` gave for `keys`; null where absent or JSON null. #}
{% macro json_picked_text(picked, keys, key) -%}
    {{- return(adapter.dispatch('json_picked_text', 'crosswalk')(picked, keys, key)) -}}
{%- endmacro %}

{% macro default__json_picked_text(picked, keys, key) %}{{ crosswalk.lacks_verb('json_picked_text') }}{% endmacro %}

{% macro duckdb__json_picked_text(picked, keys, key) -%}
    json_extract_string({{ picked }}[{{ keys.index(key) + 1 }}], '$')
{%- endmacro %}

{% macro postgres__json_picked_text(picked, keys, key) -%}
    {{ crosswalk.postgres__function('json_scalar_text') }}(({{ picked }})[{{ keys.index(key) + 1 }}])
{%- endmacro %}

{% macro spark__json_picked_text(picked, keys, key) -%}
    {{ crosswalk.json_scalar_text(picked ~ '[' ~ keys.index(key) ~ ']') }}
{%- endmacro %}

{% macro databricks__json_picked_text(picked, keys, key) -%}
    {{- return(crosswalk.spark__json_picked_text(picked, keys, key)) -}}
{%- endmacro %}

{% macro snowflake__json_picked_text(picked, keys, key) -%}
    {{ crosswalk.json_scalar_text(crosswalk.python__picked(picked, keys.index(key) + 1)) }}
{%- endmacro %}

{% macro redshift__json_picked_text(picked, keys, key) -%}
    {{ crosswalk.json_scalar_text(crosswalk.python__picked(picked, keys.index(key) + 1)) }}
{%- endmacro %}

{% macro bigquery__json_picked_text(picked, keys, key) -%}
    {{ crosswalk.json_scalar_text(crosswalk.python__picked(picked, keys.index(key) + 1)) }}
{%- endmacro %}
