-- the source row behind each event payload that stands to be sent
with

payloads as (

    select * from {{ ref('posthog_payloads') }}
    where kind = 'event'

),

routed_events as (

    select * from {{ ref('posthog_routed_events') }}

)

select
    routed_events.source,
    routed_events.source_project,
    routed_events.event_key,
    routed_events.event_name,
    routed_events.event_at
from payloads
inner join routed_events on payloads.record_id = {{ crosswalk.posthog_event_uuid() | indent(4) }}
