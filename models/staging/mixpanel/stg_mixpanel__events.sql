-- a view: the hub reads it once, and another wide copy would cost as much as the landing
{{ config(materialized='view') }}

{%- set dropped = crosswalk.text_list(crosswalk.mixpanel_dropped_names()) %}
{%- set group_keys = var('mixpanel_group_keys') %}

with

texts as (

    select * from {{ ref('stg_mixpanel__texts') }}

),

-- of different events with one insert id the first keeps it, in the window or not: the UUID is made from nothing else
held_rows as (

    select
        *,
        {{ crosswalk.mixpanel_holder() }} as holder
    from {{ ref('stg_mixpanel__rows') }}
    where outcome in ('kept', 'filtered')

),

kept_rows as (

    {{ crosswalk.rows_to_build('mixpanel', 'held_rows') | indent(4) }}

),

opened as (

    select
        kept_rows.*,
        texts.line,
        {{ crosswalk.property_object(crosswalk.json_value('texts.line', 'properties'), 'properties') | indent(8) }} as properties,
        {{ crosswalk.json_unknown_keys('texts.line', crosswalk.mixpanel_spine()) }} as unknown_keys
    from kept_rows
    inner join texts on kept_rows.line_id = texts.line_id

),

picked_rows as (

    select
        *,
        {{ crosswalk.json_text('properties', '$session_id') }} as written_session,
        {{ crosswalk.unknown_columns('mixpanel', 'unknown_keys', 'line') | indent(8) }} as unknown_columns
    from opened

)

select
    source_project,
    event_key,
    event_name,
    event_at,
    received_at,
    user_id,
    device_id,
    person_id,
    case when {{ crosswalk.matches('written_session', crosswalk.uuid_v7_pattern()) }} then written_session end as session_id,
    {% if group_keys -%}
    {{ crosswalk.json_text_lists(crosswalk.json_keep_keys('properties', crosswalk.text_list(group_keys))) | indent(4) }} as {{ crosswalk.column('groups') }},
    {%- else -%}
    '{}' as {{ crosswalk.column('groups') }},
    {%- endif %}
    {{ crosswalk.json_drop_keys('properties', dropped) | indent(4) }} as event_properties,
    '{}' as user_properties,
    '{}' as once_properties,
    unknown_columns as source_columns,
    '{}' as named_columns,
    insert_id as source_insert_id,
    source_distinct_id,
    case when insert_id is not null and holder = 1 then {{ crosswalk.uuid_v5('posthog_mixpanel', 'insert_id') | indent(8) }} end as own_uuid,
    cast(null as {{ dbt.type_timestamp() }}) as session_started_at
    {{- crosswalk.and_kept('row_version') }}
from picked_rows
