-- from 1 without gaps, by day, bucket, time, kind and record id
with

ordered as (

    select
        send_order,
        record_id,
        row_number() over (
            order by
                event_date, bucket, event_at,
                case kind when 'identify' then 0 when 'group_identify' then 1 when 'event' then 2 else 3 end,
                {{ crosswalk.by_bytes('record_id') }}
        ) as wanted_order
    from {{ ref('posthog_payloads') }}

)

select *
from ordered
where send_order <> wanted_order
