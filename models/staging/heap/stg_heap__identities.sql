-- one row a person: the name that the customer gave it, and its account, as the last row that has one says
{{ config(materialized='table') }}

{%- set last_row = ["coalesce(seen_at, timestamp '2000-01-01 00:00:00')", crosswalk.by_bytes('row_key')] %}

with

users as (

    select * from {{ ref('stg_heap__users') }}

),

migrations as (

    select * from {{ ref('stg_heap__migrations') }}

),

identified_rows as (

    select * from {{ ref('stg_heap__parsed_rows') }}
    where kind = 'event' and {{ crosswalk.column('identity') }} is not null and heap_id is not null

),

sightings as (

    select
        source_project,
        final_id,
        {{ crosswalk.column('identity') }},
        account,
        seen_at,
        identified_at,
        row_key
    from users

    union all

    select
        identified_rows.source_project,
        coalesce(migrations.final_id, identified_rows.heap_id) as final_id,
        identified_rows.{{ crosswalk.column('identity') }},
        cast(null as {{ dbt.type_string() }}) as account,
        identified_rows.row_time as seen_at,
        identified_rows.row_time as identified_at,
        identified_rows.event_key as row_key
    from identified_rows
    left join migrations
        on identified_rows.source_project = migrations.source_project and identified_rows.heap_id = migrations.from_id

)

select
    source_project,
    final_id,
    {{ crosswalk.latest(crosswalk.column('identity'), last_row) }} as {{ crosswalk.column('identity') }},
    {{ crosswalk.latest('account', last_row) }} as account,
    min(identified_at) as identified_at
from sightings
group by source_project, final_id
