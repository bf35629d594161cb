{{ config(
    materialized=crosswalk.kept_as('table'),
    incremental_strategy=crosswalk.added_by(),
    pre_hook=crosswalk.before_landing('mixpanel'),
    post_hook=[
        "{% if crosswalk.reads_files() and crosswalk.keeps_rows() %}{{ crosswalk.no_rejects('stg_mixpanel__lines') }}{% endif %}",
        "{% if crosswalk.reads_files() %}insert into {{ this }} (file, line, is_strict, has_nul, has_lone_surrogate, read_error, line_number{{ crosswalk.and_kept('landed_in') }})
        {{ crosswalk.landed_rejects('mixpanel') }}{% endif %}",
    ] + crosswalk.after_landing('mixpanel'),
) }}

{{ crosswalk.landed_lines('mixpanel', ['mixpanel_files', 'mixpanel_profile_files']) }}
