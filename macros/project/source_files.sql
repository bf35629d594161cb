{# The raw files of a source, without those that were set aside as unreadable. A source that is selected but has no file is an error. #}
{% macro source_files(source) %}
    {%- set setting = source ~ '_files' -%}
    {%- set files = crosswalk.resolve_files(var(setting)) | reject('in', var('unreadable_files')) | list -%}
    {%- if execute and not files -%}
        {{ exceptions.raise_compiler_error(
            "The source '" ~ source ~ "' is selected but no readable file matches the variable '" ~ setting ~ "' (" ~ tojson(var(setting))
            ~ "). Put the export files there, set '" ~ setting ~ "' in dbt_project.yml, or leave '" ~ source ~ "' out of 'sources'."
        ) }}
    {%- endif -%}
    {{ return(files) }}
{% endmacro %}
