{# The statement that has the session sort with the disk from the start, or no longer; empty where an engine does so by itself. #}
{% macro sorts_on_disk(is_on) -%}
    {{- return(adapter.dispatch('sorts_on_disk', 'crosswalk')(is_on)) -}}
{%- endmacro %}

{% macro default__sorts_on_disk(is_on) %}{% endmacro %}

{# DuckDB 2.0 keeps up to nine tenths of its memory for a sort before it spills, and stops where that is too much: a million wide rows with 2 GB. #}
{% macro duckdb__sorts_on_disk(is_on) -%}
    set debug_force_external = {{ 'true' if is_on else 'false' }}
{%- endmacro %}

{# Work memory bounds a sort. #}
{% macro redshift__sorts_on_disk(is_on) %}{% endmacro %}
