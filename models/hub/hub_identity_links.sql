-- depends_on: {{ ref('blocked_ids') }}

with

events as (

    select source, source_project, event_at, user_id, device_id
    from {{ ref('hub_events') }}
    where user_id is not null and device_id is not null

),

{% for source in crosswalk.sources_with('links') %}
{{ source }}_links as (

    select * from {{ ref('stg_' ~ source ~ '__links') }}

),

{% endfor %}
sightings as (

    select source, source_project, event_at as seen_at, user_id, device_id, 'event' as evidence
    from events
    {%- for source in crosswalk.sources_with('links') %}

    union all

    select '{{ source }}' as source, source_project, seen_at, user_id, device_id, evidence
    from {{ source }}_links
    {%- endfor %}

),

usable as (

    select
        source,
        source_project,
        seen_at,
        evidence,
        {{ crosswalk.usable_anywhere('user_id') | indent(8) }} as user_id,
        {{ crosswalk.usable_anywhere('device_id') | indent(8) }} as device_id
    from sightings

),

pairs as (

    select
        source,
        source_project,
        device_id,
        user_id,
        coalesce(min(seen_at), timestamp '2000-01-01 00:00:00') as first_seen_at,
        coalesce(max(seen_at), timestamp '2000-01-01 00:00:00') as last_seen_at,
        -- a merge says more than any event: both may be users
        coalesce(
            min(case when evidence = 'merge' then evidence end),
            min(case when evidence = 'event' then evidence end),
            min({{ crosswalk.by_bytes('evidence') }})
        ) as evidence
    from usable
    where device_id is not null and user_id is not null
    group by source, source_project, device_id, user_id

),

ranked as (

    select
        *,
        row_number() over (
            partition by source, source_project, device_id
            order by first_seen_at asc, {{ crosswalk.by_bytes('user_id') }} asc
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
    evidence
from ranked
