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

rows_of_events as (

    select * from {{ ref('stg_heap__rows') }}
    where reason = 'identity_row'

)

select
    source_project,
    final_id as device_id,
    identity as user_id,
    identified_at as seen_at,
    'users' as evidence
from users
where identity is not null

union all

-- an id of before may still stand on a device, and in what was sent from it
select
    migrations.source_project,
    migrations.from_id as device_id,
    identities.identity as user_id,
    coalesce(migrations.migrated_at, identities.identified_at) as seen_at,
    'migration' as evidence
from migrations
inner join identities
    on migrations.source_project = identities.source_project and migrations.final_id = identities.final_id
where identities.identity is not null and not migrations.is_cycle

union all

select
    source_project,
    device_id,
    user_id,
    event_at as seen_at,
    'identify' as evidence
from rows_of_events
where device_id is not null and user_id is not null
