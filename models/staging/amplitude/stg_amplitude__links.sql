{{ config(materialized='view') }}

with

parsed_rows as (

    select * from {{ ref('stg_amplitude__parsed_rows') }}

),

kept_rows as (

    select * from {{ ref('stg_amplitude__rows') }}
    where outcome = 'kept'

),

merged_users as (

    select * from {{ ref('stg_amplitude__merged_users') }}
    where not is_cycle

),

sightings as (

    select
        kept_rows.source_project,
        kept_rows.user_id,
        kept_rows.device_id,
        kept_rows.event_at,
        merged_users.amplitude_id is not null as is_merged,
        merged_users.merged_at,
        coalesce(merged_users.final_amplitude_id, parsed_rows.amplitude_id) as final_amplitude_id
    from kept_rows
    inner join parsed_rows on kept_rows.line_id = parsed_rows.line_id
    left join merged_users on parsed_rows.amplitude_id = merged_users.amplitude_id
    where parsed_rows.amplitude_id is not null

),

-- user ids are never merged with each other (Amplitude docs, Track unique users), so a person has one; if not, who is it is not known
persons as (

    select
        source_project,
        final_amplitude_id,
        min(user_id) as user_id,
        min(event_at) as user_seen_at
    from sightings
    where user_id is not null
    group by source_project, final_amplitude_id
    having count(distinct sightings.user_id) = 1

),

anonymous as (

    select
        source_project,
        final_amplitude_id,
        device_id,
        max(merged_at) as merged_at
    from sightings
    where is_merged and user_id is null and device_id is not null
    group by source_project, final_amplitude_id, device_id

)

-- the person was anonymous on the device, and logged in on another one
select
    anonymous.source_project,
    anonymous.device_id,
    persons.user_id,
    coalesce(anonymous.merged_at, persons.user_seen_at) as seen_at,
    'merged_users' as evidence
from anonymous
inner join persons
    on anonymous.source_project = persons.source_project and anonymous.final_amplitude_id = persons.final_amplitude_id
