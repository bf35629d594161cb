with

group_rows as (

    select * from {{ ref('hub_groups') }}
    where {{ crosswalk.is_from_elsewhere('posthog') }}

),

named as (

    select
        *,
        '$' || group_type || '_' || group_key as group_name,
        cast(properties as {{ dbt.type_string() }}) as group_properties
    from group_rows

),

records as (

    select
        {{ crosswalk.uuid_v5(
            'crosswalk--group',
            crosswalk.stable_name(['source', 'source_project', 'group_type', 'group_key', 'group_properties'])
        ) | indent(8) }} as uuid,
        '$groupidentify' as event,
        case
            when {{ crosswalk.byte_length('group_name') }} <= 200 then group_name
            else '$' || {{ crosswalk.md5_hex('group_name') }}
        end as distinct_id,
        first_seen_at,
        {{ crosswalk.json_build(
            [
                ["'\"$group_type\"'", crosswalk.json_string('group_type')],
                ["'\"$group_key\"'", crosswalk.json_string('group_key')],
                ["'\"$group_set\"'", 'group_properties'],
                ["'\"$geoip_disable\"'", "'true'"],
            ] + crosswalk.posthog_markers()
        ) | indent(8) }} as properties
    from named

)

select
    uuid,
    event,
    distinct_id,
    first_seen_at as {{ crosswalk.column('timestamp') }},
    {{ crosswalk.as_json('properties') }} as properties
from records
