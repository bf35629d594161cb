{# Texts as SQL string literals, with commas between them. #}
{% macro literals(texts) -%}
    {%- for text in texts -%}{{ crosswalk.literal(text) }}{{ ', ' if not loop.last }}{%- endfor -%}
{%- endmacro %}

{# A literal name as a SQL expression that gives the name as a JSON string. #}
{% macro json_name(name) -%}
    {{ crosswalk.literal(tojson(name | string)) }}
{%- endmacro %}
