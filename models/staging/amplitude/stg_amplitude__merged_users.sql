-- where each merged Amplitude id ends: the files list one step a row, and a person may have been merged several times
{{ config(materialized='table') }}

with recursive

parsed_rows as (

    select * from {{ ref('stg_amplitude__parsed_rows') }}
    where is_merged_user and amplitude_id <> merged_amplitude_id

),

-- ids are of the organisation, and so are the files: no row names a project
steps as (

    select
        amplitude_id,
        {{ crosswalk.latest('merged_amplitude_id', ["coalesce(merged_at, timestamp '2000-01-01 00:00:00')", 'merged_amplitude_id']) }} as merged_amplitude_id,
        max(merged_at) as merged_at
    from parsed_rows
    group by amplitude_id

),

-- a chain that comes back to where it began, or that a ring further on never lets end, has no end
walks{{ crosswalk.recursion_levels(crosswalk.most_steps() + 1, ['amplitude_id', 'merged_amplitude_id', 'hops']) }} as (

    select
        amplitude_id,
        merged_amplitude_id,
        1 as hops
    from steps

    union all

    select
        walks.amplitude_id,
        steps.merged_amplitude_id,
        walks.hops + 1 as hops
    from walks
    inner join steps on walks.merged_amplitude_id = steps.amplitude_id
    where walks.merged_amplitude_id <> walks.amplitude_id and walks.hops < {{ crosswalk.most_steps() }}

),

ends as (

    select
        walks.amplitude_id,
        walks.merged_amplitude_id
    from walks
    left join steps on walks.merged_amplitude_id = steps.amplitude_id
    where steps.amplitude_id is null

)

select
    steps.amplitude_id,
    coalesce(ends.merged_amplitude_id, steps.amplitude_id) as final_amplitude_id,
    ends.merged_amplitude_id is null as is_cycle,
    steps.merged_at
from steps
left join ends on steps.amplitude_id = ends.amplitude_id
