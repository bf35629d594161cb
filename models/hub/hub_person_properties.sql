{{ config(materialized='view') }}

{%- set last_row = ['event_at', 'received_at', 'event_key'] %}

with

events as (

    select * from {{ ref('hub_person_events') }}
    where snapshot is not null

),

-- each state of a person once, with the last row that showed it
snapshots as (

    select
        source,
        source_project,
        person_key,
        {{ crosswalk.md5_hex('snapshot') }} as snapshot_hash,
        min(snapshot) as snapshot,
        max(event_at) as event_at,
        {{ crosswalk.latest('received_at', last_row) }} as received_at,
        {{ crosswalk.latest('event_key', last_row) }} as event_key
    from events
    group by source, source_project, person_key, snapshot_hash

),
{% if var('user_properties_merge') == 'key' %}
property_values as (

    select
        snapshots.source,
        snapshots.source_project,
        snapshots.person_key,
        entries.key as property_name,
        cast(entries.value as {{ dbt.type_string() }}) as property_value,
        max(snapshots.event_at) as event_at,
        {{ crosswalk.latest('snapshots.received_at', ['snapshots.event_at', 'snapshots.received_at', 'snapshots.event_key']) }} as received_at,
        {{ crosswalk.latest('snapshots.event_key', ['snapshots.event_at', 'snapshots.received_at', 'snapshots.event_key']) }} as event_key
    from snapshots, {{ crosswalk.each_key('snapshots.snapshot') }}
    group by snapshots.source, snapshots.source_project, snapshots.person_key, property_name, property_value

),

latest_values as (

    select
        source,
        source_project,
        person_key,
        property_name,
        {{ crosswalk.latest('property_value', last_row) }} as property_value,
        max(event_at) as latest_at
    from property_values
    group by source, source_project, person_key, property_name

)

select
    source,
    source_project,
    person_key,
    {{ crosswalk.json_object_agg('property_name', 'property_value') }} as properties,
    max(latest_at) as properties_at
from latest_values
group by source, source_project, person_key
{% else %}
latest_snapshots as (

    select
        source,
        source_project,
        person_key,
        {{ crosswalk.latest('snapshot', last_row) }} as properties,
        max(event_at) as properties_at
    from snapshots
    group by source, source_project, person_key

)

select
    source,
    source_project,
    person_key,
    properties,
    properties_at
from latest_snapshots
{% endif -%}
