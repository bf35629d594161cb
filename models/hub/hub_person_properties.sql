{{ config(materialized='view') }}

{%- set last_row = ['event_at', 'received_at', crosswalk.by_bytes('event_key')] %}
{%- set by_key = var('sources') if var('user_properties_merge') == 'key' else crosswalk.sources_that_set_once() %}
{%- set by_row = var('sources') | reject('in', by_key) | list %}

with

events as (

    select * from {{ ref('hub_person_events') }}
    where {{ crosswalk.column('snapshot') }} is not null

){{ ',' if by_key }}
{% if by_key %}
-- each state of a person once, with the last row that showed it
snapshots as (

    select
        source,
        source_project,
        person_key,
        {{ crosswalk.md5_hex(crosswalk.column('snapshot')) }} as snapshot_hash,
        min({{ crosswalk.column('snapshot') }}) as {{ crosswalk.column('snapshot') }},
        max(event_at) as event_at,
        {{ crosswalk.latest('received_at', last_row) }} as received_at,
        {{ crosswalk.latest('event_key', last_row) }} as event_key
    from events
    where source in ('{{ by_key | join("', '") }}')
    group by source, source_project, person_key, snapshot_hash

),

property_values as (

    select
        snapshots.source,
        snapshots.source_project,
        snapshots.person_key,
        {{ crosswalk.entry('entries', 'key') }} as property_name,
        cast({{ crosswalk.entry('entries', 'value') }} as {{ dbt.type_string() }}) as property_value,
        max(snapshots.event_at) as event_at,
        {{ crosswalk.latest(
            'snapshots.received_at',
            ['snapshots.event_at', 'snapshots.received_at', crosswalk.by_bytes('snapshots.event_key')],
        ) }} as received_at,
        {{ crosswalk.latest('snapshots.event_key', ['snapshots.event_at', 'snapshots.received_at', crosswalk.by_bytes('snapshots.event_key')]) }} as event_key
    from {{ crosswalk.unfolded('snapshots', 'key', 'snapshots.' ~ crosswalk.column('snapshot'), 'entries') }}
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
{%- if crosswalk.sources_that_set_once() %}
where not (source in ('{{ crosswalk.sources_that_set_once() | join("', '") }}') and property_value = 'null')
{%- endif %}
group by source, source_project, person_key
{% endif %}
{%- if by_key and by_row %}
union all

{% endif %}
{%- if by_row %}
select
    source,
    source_project,
    person_key,
    {{ crosswalk.latest(crosswalk.column('snapshot'), last_row) }} as properties,
    max(event_at) as properties_at
from events
{%- if by_key %}
where source in ('{{ by_row | join("', '") }}')
{%- endif %}
group by source, source_project, person_key
{% endif -%}
