{{ config(materialized='view') }}

with

users as (

    select * from {{ ref('stg_heap__users') }}

),

identities as (

    select * from {{ ref('stg_heap__identities') }}

),

migrations as (

    select * from {{ ref('stg_heap__migrations') }}

),

identity_rows as (

    select * from {{ ref('stg_heap__parsed_rows') }}
    where kind = 'event' and event_table is null and {{ crosswalk.column('identity') }} is not null and heap_id is not null

)

-- the person's latest identity: an older row may have one that the customer replaced
select
    users.source_project,
    users.final_id as device_id,
    identities.{{ crosswalk.column('identity') }} as user_id,
    users.identified_at as seen_at,
    'users' as evidence
from users
inner join identities on users.source_project = identities.source_project and users.final_id = identities.final_id
where users.{{ crosswalk.column('identity') }} is not null

union all

-- an id of before may still stand on a device, and in what was sent from it
select
    migrations.source_project,
    migrations.from_id as device_id,
    identities.{{ crosswalk.column('identity') }} as user_id,
    coalesce(migrations.migrated_at, identities.identified_at) as seen_at,
    'migration' as evidence
from migrations
inner join identities
    on migrations.source_project = identities.source_project and migrations.final_id = identities.final_id
where identities.{{ crosswalk.column('identity') }} is not null and not migrations.is_cycle

union all

-- whatever else becomes of such a row, it says who is whom
select
    identity_rows.source_project,
    coalesce(migrations.final_id, identity_rows.heap_id) as device_id,
    identity_rows.{{ crosswalk.column('identity') }} as user_id,
    identity_rows.row_time as seen_at,
    'identify' as evidence
from identity_rows
left join migrations
    on identity_rows.source_project = migrations.source_project and identity_rows.heap_id = migrations.from_id
