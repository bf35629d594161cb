{{ config(
    materialized=crosswalk.kept_as('view'),
    incremental_strategy=crosswalk.added_by(),
    full_refresh=crosswalk.is_made_anew(),
    on_schema_change='append_new_columns',
    post_hook=crosswalk.after_syncing_profiles('mixpanel_group_profiles', 'mixpanel_group_records'),
) }}

with

records as (

    select * from {{ ref('mixpanel_group_records') }}

),

profiles as (

    select
        {{ crosswalk.synced_select('mixpanel_group_profiles') | indent(8) }}
    from records

)

select
    {{ crosswalk.synced_names('mixpanel_group_profiles') | join(',\n    ') }}
    {{- crosswalk.synced_columns(is_event=false) }}
from profiles
{{ crosswalk.only_new_profiles('mixpanel_group_profiles') }}
