{{ config(
    materialized=crosswalk.kept_as('view'),
    incremental_strategy=crosswalk.added_by(),
    full_refresh=crosswalk.is_made_anew(),
    on_schema_change='append_new_columns',
    post_hook=crosswalk.after_syncing_profiles('mixpanel_user_profiles', 'mixpanel_user_records'),
) }}

with

records as (

    select * from {{ ref('mixpanel_user_records') }}

),

profiles as (

    select
        {{ crosswalk.synced_select('mixpanel_user_profiles') }}
    from records

)

select
    {{ crosswalk.synced_names('mixpanel_user_profiles') | join(',\n    ') }}
    {{- crosswalk.synced_columns(is_event=false) }}
from profiles
{{ crosswalk.only_new_profiles('mixpanel_user_profiles') }}
