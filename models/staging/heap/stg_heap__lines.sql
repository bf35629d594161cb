{{ config(
    materialized='table',
    post_hook=[
        "{% if crosswalk.reads_files() %}{{ crosswalk.no_rejects('stg_heap__lines') }}{% endif %}",
        "{% if crosswalk.reads_files() %}insert into {{ this }} (file, line, is_strict, has_nul, has_lone_surrogate, read_error, line_number)
        {{ crosswalk.landed_rejects('heap') }}{% endif %}",
    ],
) }}

{{ crosswalk.landed_lines('heap', query=crosswalk.heap_rows_of_files(), more=['table_name', 'file_format', 'has_double_escapes']) }}
