-- the source row behind each event payload that stands to be sent

with

payloads as (

    select
        record_id,
        row_number() over (partition by record_id order by send_order) as copy_number
    from {{ ref('posthog_payloads') }}
    where kind = 'event'

),

routed_events as (

    select
        source,
        source_project,
        event_key,
        event_name,
        event_at,
        {{ crosswalk.posthog_event_uuid() | indent(8) }} as record_id,
        row_number() over (partition by {{ crosswalk.posthog_event_uuid() }} order by source, source_project) as copy_number
    from {{ ref('posthog_routed_events') }}
    where outcome = 'delivered'

)

-- by number too, since two projects may hold a row with one id
select
    routed_events.source,
    routed_events.source_project,
    routed_events.event_key,
    routed_events.event_name,
    routed_events.event_at
from payloads
inner join routed_events
    on payloads.record_id = routed_events.record_id and payloads.copy_number = routed_events.copy_number
