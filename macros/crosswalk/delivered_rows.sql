{# The body of a destination's `_delivered_rows` model: the source row behind each event payload that stands to be sent. `is_event` says which payloads
   are events, `record_id` is the id that a routed row gets there. By number too, since two projects may hold a row with one id. #}
{% macro delivered_rows(payloads, is_event, routed_events, record_id) -%}
with

payloads as (

    select
        record_id,
        row_number() over (partition by record_id order by send_order) as copy_number
    from {{ payloads }}
    where {{ is_event }}

),

routed_events as (

    select
        source,
        source_project,
        event_key,
        event_name,
        event_at,
        {{ record_id | indent(8) }} as record_id,
        row_number() over (partition by {{ record_id }} order by {{ crosswalk.by_bytes('source') }}, {{ crosswalk.by_bytes('source_project') }}) as copy_number
    from {{ routed_events }}
    where outcome = 'delivered'

)

select
    routed_events.source,
    routed_events.source_project,
    routed_events.event_key,
    routed_events.event_name,
    routed_events.event_at
from payloads
inner join routed_events
    on payloads.record_id = routed_events.record_id and payloads.copy_number = routed_events.copy_number
{%- endmacro %}
