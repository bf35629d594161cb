{# The column names in the first line of a CSV file, as a list for Jinja; empty for an empty file. Read as text, so that a ragged row further down cannot
   change it. #}
{% macro csv_header(file) -%}
    {{- return(adapter.dispatch('csv_header', 'crosswalk')(file)) -}}
{%- endmacro %}

{% macro default__csv_header(file) %}{{ crosswalk.lacks_verb('csv_header') }}{% endmacro %}

{% macro duckdb__csv_header(file) -%}
    {%- set names = [] -%}
    {%- if execute -%}
        {%- set fields = "regexp_extract_all(line, '(?:^|,)(\"(?:[^\"]|\"\")*\"|[^,]*)', 1)" -%}
        {%- set found = run_query("select unnest(" ~ fields ~ ") as name from (select line from " ~ crosswalk.read_lines([file], 'csv_header') ~ " limit 1) as header") -%}
        {%- for row in found.rows -%}
            {%- set name = row[0] | string -%}
            {%- do names.append(name[1:-1] | replace('""', '"') if name.startswith('"') and name | length > 1 else name) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(names) }}
{%- endmacro %}
