{# How many bytes a line may have so that all that is made of it finds room, for Jinja; none where there is no such limit. #}
{% macro longest_line() -%}
    {{- return(adapter.dispatch('longest_line', 'crosswalk')()) -}}
{%- endmacro %}

{% macro default__longest_line() -%}
    {{- return(none) -}}
{%- endmacro %}

{% macro duckdb__longest_line() -%}
    {{- return(none) -}}
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, Character types: a text has at most 65,535 bytes. A payload repeats parts of its line under other names. #}
{% macro redshift__longest_line() -%}
    {{- return(30000) -}}
{%- endmacro %}
