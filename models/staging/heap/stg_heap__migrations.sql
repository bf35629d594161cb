-- where each old id of a person ends: Heap lists one step a row, and a person may have moved several times
{{ config(materialized='table') }}

with recursive

parsed_rows as (

    select * from {{ ref('stg_heap__parsed_rows') }}
    where kind = 'migration' and from_id is not null and to_id is not null and from_id <> to_id

),

steps as (

    select
        source_project,
        from_id,
        {{ crosswalk.latest('to_id', ["coalesce(row_time, timestamp '2000-01-01 00:00:00')", crosswalk.by_bytes('to_id')]) }} as to_id,
        max(row_time) as migrated_at
    from parsed_rows
    group by source_project, from_id

),

-- a chain that comes back to where it began, or that a ring further on never lets end, has no end
walks{{ crosswalk.recursion_levels(crosswalk.most_steps() + 1, ['source_project', 'from_id', 'to_id', 'hops']) }} as (

    select
        source_project,
        from_id,
        to_id,
        1 as hops
    from steps

    union all

    select
        walks.source_project,
        walks.from_id,
        steps.to_id,
        walks.hops + 1 as hops
    from walks
    inner join steps on walks.source_project = steps.source_project and walks.to_id = steps.from_id
    where walks.to_id <> walks.from_id and walks.hops < {{ crosswalk.most_steps() }}

),

ends as (

    select
        walks.source_project,
        walks.from_id,
        walks.to_id
    from walks
    left join steps on walks.source_project = steps.source_project and walks.to_id = steps.from_id
    where steps.from_id is null

)

select
    steps.source_project,
    steps.from_id,
    coalesce(ends.to_id, steps.from_id) as final_id,
    ends.to_id is null as is_cycle,
    steps.migrated_at
from steps
left join ends on steps.source_project = ends.source_project and steps.from_id = ends.from_id
