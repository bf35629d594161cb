with

kept_rows as (

    select * from {{ ref('stg_mixpanel__rows') }}
    where outcome = 'kept'

),

merged_ids as (

    select * from {{ ref('stg_mixpanel__merged_ids') }}

),

mappings as (

    select * from {{ ref('stg_mixpanel__mapped_ids') }}

),

anonymous_ids as (

    select * from {{ ref('stg_mixpanel__anonymous_ids') }}

),

verbs as (

    select
        source_project,
        device_id,
        user_id,
        event_at as seen_at,
        case when event_name = '$identify' then 'identify' else 'alias' end as evidence
    from kept_rows
    where event_name in ('$identify', '$create_alias')

),

merged as (

    select
        kept_rows.source_project,
        merged_ids.merged_id as device_id,
        merged_ids.user_id,
        kept_rows.event_at as seen_at,
        case when merged_ids.is_device then 'identify' else 'merge' end as evidence
    from kept_rows
    inner join merged_ids on kept_rows.line_id = merged_ids.line_id
    where kept_rows.event_name = '$merge'

),

-- one row under several ids is one person: each of them leads to the user
rewritten as (

    {%- for column in ['source_distinct_id', 'canonical_id', 'id_before_identity'] %}
    select source_project, {{ column }} as device_id, user_id, event_at as seen_at, 'rewritten' as evidence
    from kept_rows
    where {{ column }} <> user_id and event_name not in ('$identify', '$create_alias', '$merge')
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

-- PostHog gets anonymous rows under the prefixed id, so that the device's user has to be known by it too
prefixed as (

    select
        source_project,
        source_distinct_id as device_id,
        min(event_at) as seen_at
    from kept_rows
    where source_distinct_id like '$device:%'
    group by source_project, source_distinct_id

),

users_of_devices as (

    select source_project, '$device:' || device_id as device_id, user_id, min(event_at) as seen_at
    from kept_rows
    where device_id is not null and user_id is not null
    group by source_project, device_id, user_id

),

known_devices as (

    select users_of_devices.source_project, users_of_devices.device_id, users_of_devices.user_id, users_of_devices.seen_at, 'device' as evidence
    from users_of_devices
    inner join prefixed
        on users_of_devices.source_project = prefixed.source_project and users_of_devices.device_id = prefixed.device_id

),

resolved as (

    select mappings.source_project, mappings.device_id, mappings.user_id, prefixed.seen_at, 'mapping' as evidence
    from mappings
    left join prefixed
        on mappings.source_project = prefixed.source_project and mappings.device_id = prefixed.device_id

),

links as (
    {% for part in ['verbs', 'merged', 'rewritten', 'known_devices', 'resolved'] %}
    select source_project, device_id, user_id, seen_at, evidence from {{ part }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select distinct links.source_project, links.device_id, links.user_id, links.seen_at, links.evidence
from links
left join anonymous_ids
    on links.source_project = anonymous_ids.source_project and links.user_id = anonymous_ids.anonymous_id
where links.device_id is not null and links.user_id not like '$device:%' and anonymous_ids.anonymous_id is null
