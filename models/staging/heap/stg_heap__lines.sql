{{ config(
    materialized='table',
    post_hook=[
        "{{ crosswalk.no_rejects('stg_heap__lines') }}",
        "insert into {{ this }} (file, line, is_strict, has_nul, has_lone_surrogate, read_error, line_number)
        {{ crosswalk.landed_rejects('heap') }}",
    ],
) }}

{{ crosswalk.landed_lines('heap', query=crosswalk.heap_rows_of_files(), more=['table_name', 'file_format', 'has_double_escapes']) }}
