{# What stands after `from …,` to get one row (key, value) per top-level key of an object. #}
{% macro each_key(object, alias='entries') -%}
    {{- return(adapter.dispatch('each_key', 'crosswalk')(object, alias)) -}}
{%- endmacro %}

{% macro default__each_key(object, alias='entries') %}{{ crosswalk.lacks_verb('each_key') }}{% endmacro %}

{% macro duckdb__each_key(object, alias='entries') -%}
    json_each({{ object }}) as {{ alias }}
{%- endmacro %}
