{{ config(
    materialized='table',
    post_hook="{% if crosswalk.reads_files() %}insert into {{ this }} (file, line, is_strict, has_nul, has_lone_surrogate, read_error, line_number)
        {{ crosswalk.landed_rejects('amplitude') }}{% endif %}",
) }}

{{ crosswalk.landed_lines('amplitude', ['amplitude_files', 'amplitude_merged_users_files']) }}
