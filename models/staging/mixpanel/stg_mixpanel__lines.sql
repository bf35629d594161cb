{{ config(
    materialized='table',
    post_hook="insert into {{ this }} (file, line, is_strict, has_nul, has_lone_surrogate, read_error, line_number)
        {{ crosswalk.landed_rejects('mixpanel') }}",
) }}

{{ crosswalk.landed_lines('mixpanel', ['mixpanel_files', 'mixpanel_profile_files']) }}
