{{ config(materialized='view') }}

with

events as (

    select
        source,
        source_project,
        person_key,
        event_at,
        {{ crosswalk.json_splice(['first_touch', 'once_properties']) if crosswalk.sources_that_set_once() else 'first_touch' }} as first_touch
    from {{ ref('hub_person_events') }}

),

-- an object without keys is unfolded to nothing further on: a condition on it here would have every row's put together twice
touches as (

    select
        source,
        source_project,
        person_key,
        first_touch,
        min(event_at) as event_at
    from events
    group by source, source_project, person_key, first_touch

),

first_values as (

    select
        touches.source,
        touches.source_project,
        touches.person_key,
        {{ crosswalk.entry('entries', 'key') }} as property_name,
        {{ crosswalk.earliest(
            'cast(' ~ crosswalk.entry('entries', 'value') ~ ' as ' ~ dbt.type_string() ~ ')',
            ['touches.event_at', crosswalk.by_bytes('touches.first_touch')],
        ) }} as property_value
    from {{ crosswalk.unfolded('touches', 'key', 'touches.first_touch', 'entries') }}
    group by touches.source, touches.source_project, touches.person_key, property_name

)

select
    source,
    source_project,
    person_key,
    {{ crosswalk.json_object_agg('property_name', 'property_value') }} as initial_properties
from first_values
group by source, source_project, person_key
