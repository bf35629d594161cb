{# How many lines of a source's files hold something else than events, as a SQL expression: what the macro `<source>_lines_without_rows` counts, for a
   source that has one. #}
{% macro lines_without_rows(source) -%}
    {%- set counted = context['crosswalk'].get(source ~ '_lines_without_rows') -%}
    {{- counted() if counted else '0' -}}
{%- endmacro %}
