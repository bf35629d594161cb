{{ config(
    materialized=crosswalk.kept_as('view'),
    incremental_strategy=crosswalk.added_by(),
    partition_by=crosswalk.day_partitions('event_time', 'timestamp'),
    cluster_by=crosswalk.clusters(['inserted_at']),
    liquid_clustered_by=crosswalk.liquid_clusters(['inserted_at'], 9 + var('mixpanel_event_columns') | length),
    full_refresh=crosswalk.is_made_anew(),
    on_schema_change='append_new_columns',
    post_hook=crosswalk.after_syncing_events('mixpanel_events', 'mixpanel_event_records'),
) }}

with

records as (

    select * from {{ ref('mixpanel_event_records') }} {{ crosswalk.only_new_events(ref('mixpanel_event_records')) }}

)

select
    {{ crosswalk.synced_select('mixpanel_events') }}
    {{- crosswalk.synced_columns() }}
from records
