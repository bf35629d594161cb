-- depends_on: {{ ref('crosswalk_properties') }}
-- depends_on: {{ ref(var('crosswalk_properties_custom')) }}

{{ config(
    materialized=crosswalk.kept_as('view' if var('materialize', 'table') == 'view' else 'table'),
    incremental_strategy=crosswalk.added_by(),
    pre_hook=crosswalk.before_adding(["{{ crosswalk.delete_outdated(ref('hub_person_versions'), 'person_version') }}"]),
    post_hook=crosswalk.after_building(),
) }}

{%- set last_row = ['event_at', 'received_at', crosswalk.by_bytes('event_key')] %}

with

events as (

    select * from {{ ref('hub_person_events') }}

),

properties as (

    select * from {{ ref('hub_person_properties') }}

),

first_touches as (

    select * from {{ ref('hub_person_first_touches') }}

),

people as (

    select
        source,
        source_project,
        person_key,
        max(user_id) as user_id,
        {{ crosswalk.earliest('device_id', last_row) }} as device_id,
        max(case when is_on_shared_device then 1 else 0 end) = 1 as is_on_shared_device,
        {{ crosswalk.earliest('source_distinct_id', last_row) }} as source_distinct_id,
        max(case when is_profile then 1 else 0 end) = 1 as has_profile,
        min(case when is_profile then coalesce(person_created_at, event_at) else event_at end) as first_seen_at,
        max(event_at) as last_seen_at,
        min(person_created_at) as created_at,
        max(case when coalesce({{ crosswalk.person_context_columns() | join(', ') }}) is not null then event_at end) as context_at,
        {{- crosswalk.latest_person_context(last_row) }}
    from events
    group by source, source_project, person_key

)

select
    people.source,
    people.source_project,
    people.user_id,
    people.device_id,
    people.person_key,
    people.first_seen_at,
    people.last_seen_at,
    people.created_at,
    {{ crosswalk.as_json(crosswalk.hub_user_properties('properties.properties')) | indent(4) }} as properties,
    {{ crosswalk.as_json("coalesce(first_touches.initial_properties, '{}')") }} as initial_properties,
    {{ crosswalk.as_json(crosswalk.person_context_object('people')) | indent(4) }} as context,
    properties.properties_at,
    people.context_at,
    people.is_on_shared_device,
    people.source_distinct_id,
    people.has_profile
    {{- crosswalk.and_kept('versions.person_version') }}
from people
{%- if crosswalk.keeps_rows() %}
inner join {{ ref('hub_person_versions') }} as versions
    on
        people.source = versions.source
        and people.source_project = versions.source_project
        and people.person_key = versions.person_key
{%- endif %}
left join properties
    on
        people.source = properties.source
        and people.source_project = properties.source_project
        and people.person_key = properties.person_key
left join first_touches
    on
        people.source = first_touches.source
        and people.source_project = first_touches.source_project
        and people.person_key = first_touches.person_key
