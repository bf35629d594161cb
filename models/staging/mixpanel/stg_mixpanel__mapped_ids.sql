{{ config(materialized='view') }}

with

mappings as (

    select * from {{ ref('stg_mixpanel__mappings') }}
    where distinct_id <> resolved_distinct_id

),

anonymous_ids as (

    select * from {{ ref('stg_mixpanel__anonymous_ids') }}

)

-- Original ID Merge may count a user under the id of a device: the device is the user's all the same
select
    mappings.source_project,
    case when anonymous_ids.anonymous_id is null then mappings.distinct_id else mappings.resolved_distinct_id end as device_id,
    case when anonymous_ids.anonymous_id is null then mappings.resolved_distinct_id else mappings.distinct_id end as user_id
from mappings
left join anonymous_ids
    on mappings.source_project = anonymous_ids.source_project and mappings.resolved_distinct_id = anonymous_ids.anonymous_id
