-- depends_on: {{ ref('blocked_ids') }}
-- depends_on: {{ ref('crosswalk_properties') }}
-- depends_on: {{ ref(var('crosswalk_properties_custom')) }}

-- a view: each reader needs other columns of it
{{ config(materialized='view') }}

with

events as (

    select
        *,
        {{ crosswalk.usable_anywhere('user_id') | indent(8) }} as own_user_id,
        {{ crosswalk.usable_anywhere('device_id') | indent(8) }} as own_device_id,
        {{ crosswalk.json_pick('user_properties', crosswalk.user_keys()) | indent(8) }} as user_values
    from {{ ref('hub_events') }}

),

first_links as (

    select * from {{ ref('hub_identity_links') }}
    where link_rank = 1

),

-- an anonymous row belongs to the user of its device, unless several users shared it
people as (

    select
        events.*,
        coalesce(events.own_user_id, case when not first_links.is_shared_device then first_links.user_id end) as known_user_id,
        coalesce(events.own_user_id is null and first_links.is_shared_device, false) as is_on_shared_device
    from events
    left join first_links
        on
            events.source = first_links.source
            and events.source_project = first_links.source_project
            and events.own_device_id = first_links.device_id

)

select
    source,
    source_project,
    event_key,
    event_at,
    coalesce(received_at, event_at) as received_at,
    {{ crosswalk.person_key('known_user_id', 'own_device_id', 'person_id') }} as person_key,
    known_user_id as user_id,
    own_device_id as device_id,
    is_on_shared_device,
    nullif(cast(user_properties as {{ dbt.type_string() }}), '{}') as snapshot,
    {{ crosswalk.first_touch_object() | indent(4) }} as first_touch,
    {{ crosswalk.event_created_at() | indent(4) }} as person_created_at,
    {{ crosswalk.person_context_columns() | join(',\n    ') }}
from people
where {{ crosswalk.person_key('known_user_id', 'own_device_id', 'person_id') }} is not null
