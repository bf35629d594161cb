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

    union all

    select source, source_event, mixpanel_event, posthog_event, action, 2 as precedence
    from custom

),

ranked as (

    select
        *,
        row_number() over (partition by source, source_event order by precedence desc) as rank_of_row
    from rows_of_both
    where action <> 'off'

)

select
    source,
    source_event,
    nullif(mixpanel_event, '') as mixpanel_event,
    nullif(posthog_event, '') as posthog_event,
    action
from ranked
where rank_of_row = 1
