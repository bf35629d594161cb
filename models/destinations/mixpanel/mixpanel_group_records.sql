with

group_rows as (

    select * from {{ ref('hub_groups') }}

),

told as (

    select
        *,
        cast(properties as {{ dbt.type_string() }}) as told_properties
    from group_rows

),

-- Mixpanel shows a group by the name in $name
named as (

    select
        *,
        case
            when {{ crosswalk.json_value('told_properties', '$name') }} is not null then told_properties
            else {{ crosswalk.json_splice([
                'told_properties',
                crosswalk.json_build([["'\"$name\"'", crosswalk.json_string(crosswalk.json_text('told_properties', 'name'))]]),
            ]) | indent(12) }}
        end as group_properties
    from told

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
