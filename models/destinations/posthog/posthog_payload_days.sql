-- a table: the payloads read it before they are put together, and counting the days among them would keep all of them until the last is counted
{{ config(materialized='table') }}

with

event_records as (

    select * from {{ ref('posthog_event_records') }}

),

generated_records as (

    select * from {{ ref('posthog_generated_records') }}

),

records as (

    select cast(event_at as date) as event_date
    from event_records

    union all

    select cast(event_at as date) as event_date
    from generated_records

)

{{ crosswalk.parts_of_days('records') }}
