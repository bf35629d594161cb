{# A fingerprint of all key lists of a JSON text, at every depth: rows of one shape have the same keys in the same places. #}
{% macro json_key_shape(text) -%}
    {{- return(adapter.dispatch('json_key_shape', 'crosswalk')(text)) -}}
{%- endmacro %}

{% macro default__json_key_shape(text) %}{{ crosswalk.lacks_verb('json_key_shape') }}{% endmacro %}

{% macro duckdb__json_key_shape(text) -%}
    hash(json_keys('[' || {{ text }} || ']', '$..*'))
{%- endmacro %}
