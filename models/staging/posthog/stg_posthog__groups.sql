{{ config(materialized='view') }}

{%- set keys = ['$groups', '$group_type', '$group_key', '$group_set'] %}

with

raw_lines as (

    select
        {{ crosswalk.row_position() }} as line_id,
        line
    from {{ ref('stg_posthog__lines') }}

),

deduplicated_keys as (

    select * from {{ ref('stg_posthog__deduplicated_keys') }}

),

-- a row that is quarantined for its time or its id still names its groups
readable_rows as (

    select * from {{ ref('stg_posthog__rows') }}
    where outcome in ('kept', 'quarantined')

),

opened as (

    select
        readable_rows.*,
        {{ crosswalk.json_value('coalesce(deduplicated_keys.line, raw_lines.line)', 'properties') }} as properties_value
    from readable_rows
    inner join raw_lines on readable_rows.line_id = raw_lines.line_id
    left join deduplicated_keys on readable_rows.line_id = deduplicated_keys.line_id

),

picked as (

    select
        *,
        {{ crosswalk.json_pick(crosswalk.property_object('properties_value', 'properties'), keys) | indent(8) }} as picked
    from opened

),

lines as (

    select
        source_project,
        event_key,
        event_name,
        received_at,
        user_id,
        device_id,
        coalesce(event_at, received_at) as seen_at,
        {{ crosswalk.group_lists(crosswalk.json_picked('picked', keys, '$groups')) | indent(8) }} as groups,
        {{ crosswalk.trimmed(crosswalk.json_scalar_text(crosswalk.json_picked('picked', keys, '$group_type'))) }} as group_type,
        {{ crosswalk.trimmed(crosswalk.json_scalar_text(crosswalk.json_picked('picked', keys, '$group_key'))) }} as group_key,
        cast({{ crosswalk.json_object_or_null(crosswalk.json_picked('picked', keys, '$group_set')) }} as {{ dbt.type_string() }}) as group_set
    from picked

),

named as (

    select
        lines.source_project,
        lines.event_key,
        lines.received_at,
        lines.seen_at,
        lines.user_id,
        lines.device_id,
        types.key as group_type,
        {{ crosswalk.json_scalar_text('group_keys.element') }} as group_key,
        cast(null as {{ dbt.type_string() }}) as properties
    from lines, {{ crosswalk.each_key('lines.groups', 'types') }}, {{ crosswalk.each_element('types.value', 'group_keys') }}
    where lines.groups <> '{}'

)

select source_project, event_key, received_at, seen_at, user_id, device_id, group_type, group_key, properties
from named

union all

select source_project, event_key, received_at, seen_at, user_id, device_id, group_type, group_key, group_set as properties
from lines
where event_name = '$groupidentify' and group_type <> '' and group_key <> ''
