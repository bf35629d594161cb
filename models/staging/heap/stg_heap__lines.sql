{{ config(
    materialized=crosswalk.kept_as('table'),
    incremental_strategy=crosswalk.added_by(),
    pre_hook=crosswalk.before_landing('heap'),
    post_hook=[
        "{% if crosswalk.reads_files() %}{{ crosswalk.no_rejects('stg_heap__lines') }}{% endif %}",
        "{% if crosswalk.reads_files() %}insert into {{ this }} (file, line, is_strict, has_nul, has_lone_surrogate, read_error, line_number{{ crosswalk.and_kept('landed_in') }})
        {{ crosswalk.landed_rejects('heap') }}{% endif %}",
    ] + crosswalk.after_landing('heap'),
) }}

{{ crosswalk.landed_lines('heap', query=crosswalk.heap_rows_of_files(), more=['table_name', 'file_format', 'has_double_escapes']) }}
