{# Statements after which `read_rejects` under this name finds nothing of an earlier build in the same session. #}
{% macro forget_rejects(name) -%}
    {{- return(adapter.dispatch('forget_rejects', 'crosswalk')(name)) -}}
{%- endmacro %}

{% macro default__forget_rejects(name) %}{{ crosswalk.lacks_verb('forget_rejects') }}{% endmacro %}

{% macro duckdb__forget_rejects(name) -%}
    drop table if exists {{ name }}_rejects;
    drop table if exists {{ name }}_scans
{%- endmacro %}
