{# The raw files of a source, without those that were set aside as unreadable. A source that is selected but has no file is an error; the settings after
   the first may find none. On a warehouse the files that the table of raw lines names. #}
{% macro source_files(source, settings) %}
    {%- if not crosswalk.reads_files() -%}
        {%- if not execute -%}{{ return([]) }}{%- endif -%}
        {%- if var(source ~ '_shape') == 'vendor' and source in ('heap', 'mixpanel') -%}
            {%- set query = crosswalk.heap_table_lines(only_files=true) if source == 'heap' else crosswalk.mixpanel_table_lines(only_files=true) -%}
            {{ return(run_query(query ~ ' order by file').columns[0].values() | list) }}
        {%- endif -%}
        {{ return(run_query('select distinct file from ' ~ crosswalk.raw_table(source) ~ ' order by file').columns[0].values() | list) }}
    {%- endif -%}
    {%- set files = [] -%}
    {%- for setting in settings -%}
        {%- do files.extend(crosswalk.resolve_files(var(setting)) | reject('in', var('unreadable_files')) | reject('in', files) | list) -%}
        {%- if execute and not files -%}
            {{ exceptions.raise_compiler_error(
                "The source '" ~ source ~ "' is selected but no readable file matches the variable '" ~ setting ~ "' (" ~ tojson(var(setting))
                ~ "). Put the export files there, set '" ~ setting ~ "' in dbt_project.yml, or leave '" ~ source ~ "' out of 'sources'."
            ) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(files) }}
{% endmacro %}

{# The files of these settings that `crosswalk build` found damaged. #}
{% macro files_set_aside(settings) %}
    {%- set files = [] -%}
    {%- for setting in settings if var('unreadable_files') -%}
        {%- do files.extend(crosswalk.resolve_files(var(setting)) | select('in', var('unreadable_files')) | list) -%}
    {%- endfor -%}
    {{ return(files | unique(case_sensitive=true) | list) }}
{% endmacro %}
