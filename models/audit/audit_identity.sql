-- depends_on: {{ ref('blocked_ids') }}

with

users as (

    select * from {{ ref('hub_users') }}

),

links as (

    select * from {{ ref('hub_identity_links') }}

),

events as (

    select source, source_project, user_id, device_id
    from {{ ref('hub_events') }}

),

ids as (

    select source, source_project, 'user' as kind, user_id as id
    from events
    where user_id is not null

    {{ crosswalk.union_once() }}

    select source, source_project, 'device' as kind, device_id as id
    from events
    where device_id is not null

),

counted_ids as (

    select
        source,
        source_project,
        sum(case when kind = 'user' then 1 else 0 end) as users,
        sum(case when kind = 'device' then 1 else 0 end) as devices,
        sum(case
            when {{ crosswalk.usable_id('id', 'posthog') | indent(16) }} is null
                or {{ crosswalk.usable_id('id', 'mixpanel') | indent(16) }} is null then 1
            else 0
        end) as blocked_ids
    from ids
    group by source, source_project

),

counted_links as (

    select
        source,
        source_project,
        count(*) as links,
        count(distinct case when is_shared_device then device_id end) as shared_devices
    from links
    group by source, source_project

),

counted_people as (

    select
        source,
        source_project,
        sum(case when user_id is null then 1 else 0 end) as anonymous_only
    from users
    group by source, source_project

)

select
    counted_people.source,
    counted_people.source_project,
    cast(coalesce(counted_ids.users, 0) as {{ dbt.type_bigint() }}) as users,
    cast(coalesce(counted_ids.devices, 0) as {{ dbt.type_bigint() }}) as devices,
    cast(coalesce(counted_links.links, 0) as {{ dbt.type_bigint() }}) as links,
    cast(coalesce(counted_links.shared_devices, 0) as {{ dbt.type_bigint() }}) as shared_devices,
    cast(coalesce(counted_ids.blocked_ids, 0) as {{ dbt.type_bigint() }}) as blocked_ids,
    cast(counted_people.anonymous_only as {{ dbt.type_bigint() }}) as anonymous_only
from counted_people
left join counted_ids
    on counted_people.source = counted_ids.source and counted_people.source_project = counted_ids.source_project
left join counted_links
    on counted_people.source = counted_links.source and counted_people.source_project = counted_links.source_project
