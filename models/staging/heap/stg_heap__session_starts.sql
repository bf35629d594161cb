-- when each session began: its own row says so, unless an event of it is older
{{ config(materialized='table') }}

with

parsed_rows as (

    select * from {{ ref('stg_heap__parsed_rows') }}
    where kind in ('session', 'event') and session_id is not null and row_time is not null

)

select
    source_project,
    session_id,
    min(row_time) as session_started_at
from parsed_rows
group by source_project, session_id
