{{ config(materialized='table') }}

with

parsed_rows as (

    select * from {{ ref('stg_mixpanel__parsed_rows') }}

),

mappings as (

    select * from {{ ref('stg_mixpanel__mappings') }}

),

user_ids as (

    select source_project, named_user as user_id
    from parsed_rows
    where named_user is not null

    {{ crosswalk.union_once() }}

    select source_project, identified_user as user_id
    from parsed_rows
    where identified_user is not null

),

device_ids as (

    select source_project, seen_device as device_id
    from parsed_rows
    where seen_device is not null

    {{ crosswalk.union_once() }}

    select source_project, identified_device as device_id
    from parsed_rows
    where identified_device is not null

),

-- Original ID Merge may count a user under the id of a device: then the mapping leads to the device, and says nothing of the user
mapped_away as (

    select
        mappings.source_project,
        {{ crosswalk.mixpanel_bare_id('mappings.distinct_id') }} as device_id
    from mappings
    left join device_ids
        on
            mappings.source_project = device_ids.source_project
            and {{ crosswalk.mixpanel_bare_id('mappings.resolved_distinct_id') }} = device_ids.device_id
    where mappings.distinct_id <> mappings.resolved_distinct_id and device_ids.device_id is null

),

candidates as (

    select source_project, device_id
    from device_ids

    {{ crosswalk.union_once() }}

    select source_project, device_id
    from mapped_away
    where device_id is not null

)

select
    candidates.source_project,
    candidates.device_id as anonymous_id
from candidates
left join user_ids
    on candidates.source_project = user_ids.source_project and candidates.device_id = user_ids.user_id
where user_ids.user_id is null
