{{ config(materialized='view') }}

{%- set keys = ['$groups', '$group_type', '$group_key', '$group_set'] %}

with

texts as (

    {{ crosswalk.line_texts(ref('stg_posthog__lines'), ref('stg_posthog__deduplicated_keys')) | indent(4) }}

),

-- a row that is quarantined for its time or its id still names its groups
readable_rows as (

    select * from {{ ref('stg_posthog__rows') }}
    where outcome in ('kept', 'quarantined')

),

opened as (

    select
        readable_rows.*,
        {{ crosswalk.json_value('texts.line', 'properties') }} as properties_value
    from readable_rows
    inner join texts on readable_rows.line_id = texts.line_id

),

picked_rows as (

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
        {{ crosswalk.group_lists(crosswalk.json_picked('picked', keys, '$groups')) | indent(8) }} as {{ crosswalk.column('groups') }},
        {{ crosswalk.trimmed(crosswalk.json_scalar_text(crosswalk.json_picked('picked', keys, '$group_type'))) }} as group_type,
        {{ crosswalk.trimmed(crosswalk.json_scalar_text(crosswalk.json_picked('picked', keys, '$group_key'))) }} as group_key,
        cast({{ crosswalk.json_object_or_null(crosswalk.json_picked('picked', keys, '$group_set')) }} as {{ dbt.type_string() }}) as group_set
    from picked_rows

),

named as (

    {{ crosswalk.named_groups('lines') | indent(4) }}

)

select source_project, event_key, received_at, seen_at, user_id, device_id, group_type, group_key, properties
from named

union all

select source_project, event_key, received_at, seen_at, user_id, device_id, group_type, group_key, group_set as properties
from lines
where event_name = '$groupidentify' and group_type <> '' and group_key <> ''
