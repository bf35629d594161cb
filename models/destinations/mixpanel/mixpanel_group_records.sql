with

groups as (

    select * from {{ ref('hub_groups') }}

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
    first_seen_at,
    last_seen_at as updated_at,
    {{ crosswalk.json_overlay('group_properties', crosswalk.json_build(crosswalk.mixpanel_markers())) | indent(4) }} as properties
from named
