{# The project that a row belongs to: the one that it names in a column, else the variable `<source>_project`. #}
{% macro source_project(column, source) -%}
    coalesce(nullif({{ crosswalk.trimmed(column) }}, ''), {{ crosswalk.literal(var(source ~ '_project')) }})
{%- endmacro %}
