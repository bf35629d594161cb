{%- do crosswalk.check_event_names() %}

with

shipped as (

    select * from {{ ref('crosswalk_events') }}

),

custom as (

    select * from {{ ref(var('crosswalk_events_custom')) }}

),

rows_of_both as (

    select source, source_event, mixpanel_event, posthog_event, action, 1 as precedence
    from shipped
    where action <> 'off'

    union all

    select source, source_event, mixpanel_event, posthog_event, action, 2 as precedence
    from custom

),

-- a row of one's own stands in place of the shipped one, `off` too
ranked as (

    select
        *,
        row_number() over (partition by source, source_event order by precedence desc) as row_rank
    from rows_of_both

)

select
    source,
    source_event,
    nullif(mixpanel_event, '') as mixpanel_event,
    nullif(posthog_event, '') as posthog_event,
    action
from ranked
where row_rank = 1 and action <> 'off'
