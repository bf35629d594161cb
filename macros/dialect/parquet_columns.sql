{# The columns of Parquet files as [name, type] pairs for Jinja, with the types as the engine calls them. #}
{% macro parquet_columns(files) -%}
    {{- return(adapter.dispatch('parquet_columns', 'crosswalk')(files)) -}}
{%- endmacro %}

{% macro default__parquet_columns(files) %}{{ crosswalk.lacks_verb('parquet_columns') }}{% endmacro %}

{% macro duckdb__parquet_columns(files) -%}
    {%- set columns = [] -%}
    {%- if execute -%}
        {%- set literals = [] -%}
        {%- for file in files -%}{%- do literals.append(crosswalk.literal(file)) -%}{%- endfor -%}
        {%- set found = run_query('describe select * from read_parquet([' ~ literals | join(', ') ~ '], union_by_name = true)') -%}
        {%- for row in found.rows -%}{%- do columns.append([row[0], row[1]]) -%}{%- endfor -%}
    {%- endif -%}
    {{ return(columns) }}
{%- endmacro %}
