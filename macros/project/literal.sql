{# A literal name as a SQL expression that gives the name as a JSON string. #}
{% macro json_name(name) -%}
    {{ crosswalk.literal(tojson(name | string)) }}
{%- endmacro %}
