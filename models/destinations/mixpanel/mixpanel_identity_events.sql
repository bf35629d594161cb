{{ config(
    enabled=var('mixpanel_id_merge', 'simplified') == 'original' and 'mixpanel' in var('destinations', ['mixpanel', 'posthog']),
    materialized=crosswalk.kept_as('view'),
    incremental_strategy=crosswalk.added_by(),
    full_refresh=crosswalk.is_made_anew(),
    on_schema_change='append_new_columns',
    post_hook=crosswalk.after_syncing_events('mixpanel_identity_events', 'mixpanel_identity_records'),
) }}

with

records as (

    select * from {{ ref('mixpanel_identity_records') }} {{ crosswalk.only_new_events(ref('mixpanel_identity_records')) }}

)

select
    {{ crosswalk.synced_select('mixpanel_identity_events') | indent(4) }}
    {{- crosswalk.synced_columns() }}
from records
