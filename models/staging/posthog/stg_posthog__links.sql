{{ config(materialized='view') }}

{%- set names = crosswalk.posthog_identity_verbs() | join("', '") %}

with

-- a row that is quarantined for its time still says who is who
verbs as (

    select * from {{ ref('stg_posthog__rows') }}
    where
        outcome in ('kept', 'quarantined')
        and event_name in ('{{ names }}')
        and user_id is not null and device_id is not null

)

select
    source_project,
    device_id,
    user_id,
    event_at as seen_at,
    case event_name
        when '$identify' then 'identify'
        when '$create_alias' then 'alias'
        else 'merge'
    end as evidence
from verbs
