-- depends_on: {{ ref('blocked_ids') }}

with

links as (

    select * from {{ ref('hub_identity_links') }}

),

ranked as (

    select
        *,
        row_number() over (partition by source, source_project, device_id order by link_rank asc) as usable_rank
    from links
    where
        {{ crosswalk.usable_id('user_id', 'mixpanel') | indent(8) }} is not null
        and {{ crosswalk.usable_id('device_id', 'mixpanel') | indent(8) }} is not null

)

-- the first user to reach a device keeps it: Mixpanel links a device once and has no undo
select
    source,
    source_project,
    device_id,
    user_id,
    first_seen_at
from ranked
where usable_rank = 1
