-- depends_on: {{ ref('blocked_ids') }}
-- depends_on: {{ ref('crosswalk_properties') }}
-- depends_on: {{ ref(var('crosswalk_properties_custom')) }}

-- a view: each reader needs other columns of it
{{ config(materialized='view') }}

{%- set context = crosswalk.person_context_columns() %}

with

events as (

    select
        *,
        {{ crosswalk.usable_anywhere('user_id') | indent(8) }} as own_user_id,
        {{ crosswalk.usable_anywhere('device_id') | indent(8) }} as own_device_id,
        {{ crosswalk.picked_user_values() | indent(8) }}
    from {{ ref('hub_events') }}
    {{ crosswalk.only_people_to_build() }}

),

-- behind a CTE of its own: the text is asked for several times
dated_events as (

    select
        *,
        {{ crosswalk.event_created_text() | indent(8) }} as person_created_text
    from events

),
{% if crosswalk.sources_with('people') %}
person_rows as (

    select * from {{ ref('hub_person_rows') }}
    {{ crosswalk.only_people_to_build() }}

),
{% endif %}
first_links as (

    select * from {{ ref('hub_identity_links') }}
    where link_rank = 1

),

sightings as (

    select
        source,
        source_project,
        event_key,
        event_at,
        coalesce(received_at, event_at) as received_at,
        own_user_id,
        own_device_id,
        person_id,
        source_distinct_id,
        {{ crosswalk.person_snapshot() | indent(8) }} as {{ crosswalk.column('snapshot') }},
        {{ crosswalk.first_touch_object() | indent(8) }} as first_touch,
        {{ crosswalk.other_once_properties() | indent(8) }} as once_properties,
        {{ crosswalk.event_created_at('person_created_text') | indent(8) }} as person_created_at,
        false as is_profile,
        {{ context | join(',\n        ') }}
    from dated_events
    {%- if crosswalk.sources_with('people') %}

    union all

    select
        source,
        source_project,
        event_key,
        event_at,
        event_at as received_at,
        own_user_id,
        own_device_id,
        cast(null as {{ dbt.type_string() }}) as person_id,
        source_distinct_id,
        nullif(user_properties, '{}') as {{ crosswalk.column('snapshot') }},
        first_touch,
        '{}' as once_properties,
        person_created_at,
        true as is_profile,
        {%- for column in context %}
        cast(null as {{ dbt.type_string() }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from person_rows
    {%- endif %}

),

-- an anonymous row belongs to the user of its device, unless several users shared it
people as (

    {{ crosswalk.people_behind('sightings', 'first_links') | indent(4) }}

)

select
    source,
    source_project,
    event_key,
    event_at,
    received_at,
    {{ crosswalk.person_key('known_user_id', 'own_device_id', 'person_id') }} as person_key,
    known_user_id as user_id,
    own_device_id as device_id,
    source_distinct_id,
    is_on_shared_device,
    is_profile,
    {{ crosswalk.column('snapshot') }},
    first_touch,
    once_properties,
    person_created_at,
    {{ context | join(',\n    ') }}
from people
where {{ crosswalk.person_key('known_user_id', 'own_device_id', 'person_id') }} is not null
