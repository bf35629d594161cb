-- depends_on: {{ ref('crosswalk_properties') }}
-- depends_on: {{ ref(var('crosswalk_properties_custom')) }}

{%- set snapshot_order = ['event_at', 'coalesce(received_at, event_at)', 'event_key'] %}

with

events as (

    select * from {{ ref('hub_events') }}

),

first_links as (

    select * from {{ ref('hub_identity_links') }}
    where link_rank = 1

),

-- an anonymous row belongs to the user of its device, unless several users shared it
people as (

    select
        events.*,
        coalesce(events.user_id, case when not first_links.is_shared_device then first_links.user_id end) as known_user_id,
        coalesce(events.user_id is null and first_links.is_shared_device, false) as is_on_shared_device,
        nullif(cast(events.user_properties as {{ dbt.type_string() }}), '{}') as snapshot,
        {{ crosswalk.json_pick_text('events.user_properties', crosswalk.user_keys()) | indent(8) }} as user_values
    from events
    left join first_links
        on
            events.source = first_links.source
            and events.source_project = first_links.source_project
            and events.device_id = first_links.device_id

),

keyed as (

    select
        *,
        {{ crosswalk.person_key('known_user_id', 'device_id', 'person_id') }} as person_key,
        {{ crosswalk.first_touch_object() | indent(8) }} as first_touch,
        {{ crosswalk.event_created_at() }} as person_created_at
    from people

),

summed as (

    select
        source,
        source_project,
        person_key,
        max(known_user_id) as user_id,
        {{ crosswalk.earliest('device_id', snapshot_order) }} as device_id,
        max(case when is_on_shared_device then 1 else 0 end) = 1 as is_on_shared_device,
        min(event_at) as first_seen_at,
        max(event_at) as last_seen_at,
        min(person_created_at) as created_at,
        {{ crosswalk.latest('snapshot', snapshot_order) | indent(8) }} as properties,
        max(case when snapshot is not null then event_at end) as properties_at,
        {{- crosswalk.latest_person_context(snapshot_order) }}
    from keyed
    where person_key is not null
    group by source, source_project, person_key

),

{% if var('user_properties_merge') == 'key' -%}
snapshots as (

    select
        source,
        source_project,
        person_key,
        snapshot,
        max(event_at) as event_at,
        max(received_at) as received_at,
        max(event_key) as event_key
    from keyed
    where snapshot is not null and person_key is not null
    group by source, source_project, person_key, snapshot

),

latest_keys as (

    select
        snapshots.source,
        snapshots.source_project,
        snapshots.person_key,
        entries.key as property_name,
        {{ crosswalk.latest('cast(entries.value as ' ~ dbt.type_string() ~ ')', ['snapshots.event_at', 'snapshots.received_at', 'snapshots.event_key']) | indent(8) }} as property_value
    from snapshots, {{ crosswalk.each_key('snapshots.snapshot') }}
    group by snapshots.source, snapshots.source_project, snapshots.person_key, entries.key

),

merged as (

    select
        source,
        source_project,
        person_key,
        {{ crosswalk.json_object_agg('property_name', 'property_value') }} as properties
    from latest_keys
    group by source, source_project, person_key

),

{% endif -%}
touches as (

    select
        source,
        source_project,
        person_key,
        first_touch,
        min(event_at) as event_at
    from keyed
    where first_touch <> '{}' and person_key is not null
    group by source, source_project, person_key, first_touch

),

first_values as (

    select
        touches.source,
        touches.source_project,
        touches.person_key,
        entries.key as property_name,
        {{ crosswalk.earliest('cast(entries.value as ' ~ dbt.type_string() ~ ')', ['touches.event_at', 'touches.first_touch']) }} as property_value
    from touches, {{ crosswalk.each_key('touches.first_touch') }}
    group by touches.source, touches.source_project, touches.person_key, entries.key

),

first_touches as (

    select
        source,
        source_project,
        person_key,
        {{ crosswalk.json_object_agg('property_name', 'property_value') }} as initial_properties
    from first_values
    group by source, source_project, person_key

)

select
    summed.source,
    summed.source_project,
    summed.user_id,
    summed.device_id,
    summed.person_key,
    summed.first_seen_at,
    summed.last_seen_at,
    summed.created_at,
    {{ crosswalk.as_json(crosswalk.without_first_touch(('merged' if var('user_properties_merge') == 'key' else 'summed') ~ '.properties')) | indent(4) }} as properties,
    {{ crosswalk.as_json("coalesce(first_touches.initial_properties, '{}')") }} as initial_properties,
    {{ crosswalk.as_json(crosswalk.person_context_object()) | indent(4) }} as context,
    summed.properties_at,
    summed.is_on_shared_device
from summed
left join first_touches
    on
        summed.source = first_touches.source
        and summed.source_project = first_touches.source_project
        and summed.person_key = first_touches.person_key
{%- if var('user_properties_merge') == 'key' %}
left join merged
    on
        summed.source = merged.source
        and summed.source_project = merged.source_project
        and summed.person_key = merged.person_key
{%- endif %}
