-- from 1 without gaps, by day, bucket, time, kind and record id; identity events come before the events of their people
with

ordered as (

    select
        send_order,
        record_id,
        row_number() over (
            order by
                event_date, bucket, event_at,
                case
                    when payload like '{"event":"$identify"%' or payload like '{"event":"$merge"%' then 0
                    when endpoint = 'import' then 1
                    when endpoint = 'engage' then 2
                    else 3
                end,
                {{ crosswalk.by_bytes('record_id') }}
        ) as wanted_order
    from {{ ref('mixpanel_payloads') }}

)

select *
from ordered
where send_order <> wanted_order
