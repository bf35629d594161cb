-- made anew with the records, of which it counts the events
-- depends_on: {{ ref('posthog_event_records') }}
-- a table: the payloads read it before they are put together, and counting the days among them would keep all of them until the last is counted
{{ config(materialized='table') }}

with

-- each of them is one record; counted here, since Postgres puts records together to count them
delivered_events as (

    select * from {{ ref('posthog_routed_events') }}
    where outcome = 'delivered'

),

generated_records as (

    select * from {{ ref('posthog_generated_records') }}

),

records as (

    select cast(event_at as date) as event_date
    from delivered_events

    union all

    select cast(event_at as date) as event_date
    from generated_records

)

{{ crosswalk.parts_of_days('records') }}
