{{ config(materialized='view') }}

with

-- a row that is quarantined for its time or its id still names its groups
readable_rows as (

    select * from {{ ref('stg_amplitude__rows') }}
    where outcome in ('kept', 'quarantined') and has_groups is not false

),

-- worked out first: both kinds below read it, and ask for it in their conditions
lines as {{ crosswalk.materialized() }} (

    select
        source_project,
        event_key,
        received_at,
        user_id,
        device_id,
        coalesce(event_at, received_at) as seen_at,
        {{ crosswalk.group_lists('groups_value') | indent(8) }} as {{ crosswalk.column('groups') }},
        {{ crosswalk.json_object_or_null('group_properties_value') }} as group_properties
    from readable_rows

),

named as (

    {{ crosswalk.named_groups('lines') | indent(4) }}

),

described as (

    select
        lines.source_project,
        lines.event_key,
        lines.received_at,
        lines.seen_at,
        lines.user_id,
        lines.device_id,
        {{ crosswalk.entry('types', 'key') }} as group_type,
        {{ crosswalk.trimmed(crosswalk.entry('group_keys', 'key')) }} as group_key,
        cast({{ crosswalk.json_object_or_null(crosswalk.entry('group_keys', 'value')) }} as {{ dbt.type_string() }}) as properties
    from {{ crosswalk.unfolded('lines', 'key', 'lines.group_properties', 'types') }}, {{ crosswalk.each_key('types.value', 'group_keys') }}
    where lines.group_properties <> '{}' and {{ crosswalk.json_kind(crosswalk.entry('types', 'value')) }} = 'object'

)

select source_project, event_key, received_at, seen_at, user_id, device_id, group_type, group_key, properties
from named

union all

select source_project, event_key, received_at, seen_at, user_id, device_id, group_type, group_key, properties
from described
where group_key <> '' and not {{ crosswalk.is_blank('group_type') }}
