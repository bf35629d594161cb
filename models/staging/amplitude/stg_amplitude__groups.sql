{{ config(materialized='view') }}

{%- set keys = ['groups', 'group_properties'] %}

with

texts as (

    {{ crosswalk.line_texts(ref('stg_amplitude__lines'), ref('stg_amplitude__deduplicated_keys')) | indent(4) }}

),

-- a row that is quarantined for its time or its id still names its groups
readable_rows as (

    select * from {{ ref('stg_amplitude__rows') }}
    where outcome in ('kept', 'quarantined') and has_groups is not false

),

picked_rows as (

    select
        readable_rows.source_project,
        readable_rows.event_key,
        readable_rows.received_at,
        readable_rows.user_id,
        readable_rows.device_id,
        coalesce(readable_rows.event_at, readable_rows.received_at) as seen_at,
        {{ crosswalk.json_pick('texts.line', keys) | indent(8) }} as picked
    from readable_rows
    inner join texts on readable_rows.line_id = texts.line_id

),

-- worked out first: both kinds below read it, and ask for it in their conditions
lines as {{ crosswalk.materialized() }} (

    select
        source_project,
        event_key,
        received_at,
        user_id,
        device_id,
        seen_at,
        {{ crosswalk.group_lists(crosswalk.json_picked('picked', keys, 'groups')) | indent(8) }} as {{ crosswalk.column('groups') }},
        {{ crosswalk.json_object_or_null(crosswalk.json_picked('picked', keys, 'group_properties')) }} as group_properties
    from picked_rows

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
