{# Statements after which `read_rejects` under this name finds nothing where `read_lines` was not called: a source whose files are all Parquet has no text. #}
{% macro no_rejects(name) -%}
    {{- return(adapter.dispatch('no_rejects', 'crosswalk')(name)) -}}
{%- endmacro %}

{% macro default__no_rejects(name) %}{{ crosswalk.lacks_verb('no_rejects') }}{% endmacro %}

{% macro duckdb__no_rejects(name) -%}
    create temporary table if not exists {{ name }}_rejects (scan_id ubigint, file_id ubigint, line ubigint, error_type varchar, csv_line varchar);
    create temporary table if not exists {{ name }}_scans (scan_id ubigint, file_id ubigint, file_path varchar)
{%- endmacro %}
