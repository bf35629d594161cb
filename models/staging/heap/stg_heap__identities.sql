-- one row a person: the name that the customer gave it, and its account, as the last row that has one says
{{ config(materialized='table') }}

{%- set last_row = ["coalesce(seen_at, timestamp '2000-01-01 00:00:00')", 'row_key'] %}

with

users as (

    select * from {{ ref('stg_heap__users') }}

)

select
    source_project,
    final_id,
    {{ crosswalk.latest('identity', last_row) }} as identity,
    {{ crosswalk.latest('account', last_row) }} as account,
    min(identified_at) as identified_at
from users
group by source_project, final_id
