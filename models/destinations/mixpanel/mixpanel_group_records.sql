with

known_groups as (

    select
        *,
        -- one record a group, also where several projects know the group
        row_number() over (
            partition by group_type, group_key
            order by case when properties <> '{}' then 0 else 1 end asc, last_seen_at desc, source asc, source_project asc
        ) as group_rank,
        min(first_seen_at) over (partition by group_type, group_key) as first_seen_anywhere_at
    from {{ ref('hub_groups') }}

),

groups as (

    select *
    from known_groups
    where group_rank = 1

),

named as (

    select
        *,
        cast(properties as {{ dbt.type_string() }}) as group_properties
    from groups

)

select
    source,
    source_project,
    group_type as group_key,
    group_key as group_id,
    first_seen_anywhere_at as first_seen_at,
    last_seen_at as updated_at,
    {{ crosswalk.json_overlay('group_properties', crosswalk.json_build(crosswalk.mixpanel_markers())) | indent(4) }} as properties
from named
