{# The files that a glob, or a list of globs, stands for, sorted, as a list for Jinja. Only where the engine reads files itself. #}
{% macro resolve_files(patterns) -%}
    {{- return(adapter.dispatch('resolve_files', 'crosswalk')(patterns)) -}}
{%- endmacro %}

{% macro default__resolve_files(patterns) %}{{ crosswalk.lacks_verb('resolve_files') }}{% endmacro %}

{% macro duckdb__resolve_files(patterns) -%}
    {%- set globs = [patterns] if patterns is string else patterns -%}
    {%- set files = [] -%}
    {%- if execute -%}
        {%- for glob in globs -%}
            {%- set found = run_query("select file from glob(" ~ crosswalk.literal(glob) ~ ") order by file") -%}
            {%- for row in found.rows -%}{%- if row[0] not in files -%}{%- do files.append(row[0]) -%}{%- endif -%}{%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(files) }}
{%- endmacro %}
