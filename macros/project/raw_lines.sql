{# A query of the raw lines of a source: (file, line) of its files where the engine reads files, else (file, line, line_number, read_error) of its table of
   raw lines. `settings` are the variables that name the files, `files` their names if they are known already. #}
{% macro raw_lines(source, settings, files=none) -%}
    {%- set files = crosswalk.files_to_land(source, settings) if files is none else files -%}
    {%- if crosswalk.reads_files() and files | length == 0 and execute -%}
    select cast(null as {{ dbt.type_string() }}) as file, cast(null as {{ dbt.type_string() }}) as line
    where false
    {%- elif crosswalk.reads_files() -%}
    select file, line
    from {{ crosswalk.read_lines(files, 'stg_' ~ source ~ '__lines') }}
    {%- else -%}
    {%- set longest = crosswalk.longest_line() -%}
    {%- set reason = 'cast(read_error as ' ~ dbt.type_string() ~ ')' -%}
    {%- set reason = 'coalesce(' ~ reason ~ ', case when ' ~ crosswalk.byte_length('line') ~ ' > ' ~ longest ~ " then 'line_too_long' end)" if longest else reason -%}
    select file, line, cast(line_number as {{ dbt.type_bigint() }}) as line_number, {{ reason }} as read_error
    from {{ crosswalk.raw_table(source) }}
    {%- if crosswalk.adds_rows() %}
    where file in ({{ crosswalk.literals(files) or "''" }})
    {%- endif %}
    {%- endif -%}
{%- endmacro %}

{# The columns of `raw_lines` besides file and line. #}
{% macro raw_line_columns() %}
    {{ return([] if crosswalk.reads_files() else ['line_number', 'read_error']) }}
{% endmacro %}

{# The table that holds a source's raw lines on a warehouse: `<source>_lines` in the schema of the variable `<source>_schema`, by default the target's own. Tables of
   Amplitude's connectors, of Heap and of Mixpanel's pipelines are a subquery that gives the same columns. #}
{% macro raw_table(source) %}
    {%- set schema = var(source ~ '_schema') or target.schema -%}
    {%- set name = source ~ '_lines' -%}
    {%- if var(source ~ '_shape') != 'raw' and source == 'amplitude' -%}{{ return(crosswalk.amplitude_table_lines()) }}{%- endif -%}
    {%- if var(source ~ '_shape') == 'vendor' and source == 'heap' -%}{{ return(crosswalk.heap_table_lines()) }}{%- endif -%}
    {%- if var(source ~ '_shape') == 'vendor' and source == 'mixpanel' -%}{{ return(crosswalk.mixpanel_table_lines()) }}{%- endif -%}
    {%- if var(source ~ '_shape') != 'raw' -%}
        {{ exceptions.raise_compiler_error(
            "The shape '" ~ var(source ~ '_shape') ~ "' of the source '" ~ source ~ "' cannot be read yet. Load the lines of the export into the table "
            ~ schema ~ "." ~ name ~ " and set '" ~ source ~ "_shape' to raw in dbt_project.yml."
        ) }}
    {%- endif -%}
    {%- if execute and not adapter.get_relation(database=target.get('database'), schema=schema, identifier=name) -%}
        {{ exceptions.raise_compiler_error(
            "The source '" ~ source ~ "' is selected but there is no table " ~ schema ~ "." ~ name ~ ". Load the lines of the export into it (file, line_number, line,"
            ~ " read_error), set '" ~ source ~ "_schema' in dbt_project.yml, or leave '" ~ source ~ "' out of 'sources'."
        ) }}
    {%- endif -%}
    {{ return(api.Relation.create(database=target.get('database'), schema=schema, identifier=name)) }}
{% endmacro %}
