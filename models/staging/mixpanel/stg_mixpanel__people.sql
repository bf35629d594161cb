with

profiles as (

    select * from {{ ref('stg_mixpanel__profiles') }}
    where distinct_id is not null

),

anonymous_ids as (

    select * from {{ ref('stg_mixpanel__anonymous_ids') }}

),

-- a profile of somebody who had not logged in is a device's, so that whoever logged in on it gets it
judged as (

    select
        profiles.*,
        profiles.distinct_id like '$device:%' or anonymous_ids.anonymous_id is not null as is_device
    from profiles
    left join anonymous_ids
        on profiles.source_project = anonymous_ids.source_project and profiles.distinct_id = anonymous_ids.anonymous_id

)

select
    source_project,
    {{ crosswalk.stable_key(['distinct_id', crosswalk.json_sorted_keys('properties')]) }} as row_key,
    {{ crosswalk.plausible_time(crosswalk.mixpanel_time(crosswalk.json_text('properties', '$last_seen'))) | indent(4) }} as seen_at,
    case when not is_device then distinct_id end as user_id,
    case when is_device then {{ crosswalk.mixpanel_bare_id('distinct_id') }} end as device_id,
    distinct_id as source_distinct_id,
    {{ crosswalk.json_drop_keys('properties', crosswalk.text_list(crosswalk.internal_names('mixpanel', 'drop'))) | indent(4) }} as properties
from judged
