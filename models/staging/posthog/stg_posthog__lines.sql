{{ config(
    materialized='table',
    post_hook="{% if crosswalk.reads_files() %}insert into {{ this }} (file, line, is_strict, has_nul, has_lone_surrogate, read_error, line_number)
        {{ crosswalk.landed_rejects('posthog') }}{% endif %}",
) }}

{{ crosswalk.landed_lines('posthog') }}
