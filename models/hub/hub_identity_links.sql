-- depends_on: {{ ref('blocked_ids') }}

with

events as (

    select
        source,
        source_project,
        event_at,
        {{ crosswalk.usable_anywhere('user_id') | indent(8) }} as user_id,
        {{ crosswalk.usable_anywhere('device_id') | indent(8) }} as device_id
    from {{ ref('hub_events') }}

),

pairs as (

    select
        source,
        source_project,
        device_id,
        user_id,
        min(event_at) as first_seen_at,
        max(event_at) as last_seen_at
    from events
    where device_id is not null and user_id is not null
    group by source, source_project, device_id, user_id

),

ranked as (

    select
        *,
        row_number() over (
            partition by source, source_project, device_id
            order by first_seen_at asc, user_id asc
        ) as link_rank,
        count(*) over (partition by source, source_project, device_id) as users_on_device
    from pairs

)

select
    source,
    source_project,
    device_id,
    user_id,
    first_seen_at,
    last_seen_at,
    cast(link_rank as {{ dbt.type_int() }}) as link_rank,
    users_on_device > 1 as is_shared_device,
    'event' as evidence
from ranked
