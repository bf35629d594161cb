-- depends_on: {{ ref('blocked_ids') }}

with

events as (

    select
        *,
        {{ crosswalk.mixpanel_user() | indent(8) }} as sent_user_id
    from {{ ref('hub_events') }}

),

event_names as (

    select * from {{ ref('crosswalk_event_names') }}

),

device_users as (

    select * from {{ ref('mixpanel_device_users') }}

),

named as (

    select
        events.*,
        coalesce(event_names.mixpanel_event, events.event_name) as mapped_event,
        coalesce(event_names.action = 'drop' and event_names.mixpanel_event is null, false) as is_dropped,
        {{ crosswalk.usable_id('events.sent_user_id', 'mixpanel') | indent(8) }} as usable_user_id,
        -- a person without any other id stands as a device: a bare distinct id would make a user of it
        coalesce(
            {{ crosswalk.usable_id('events.device_id', 'mixpanel') | indent(12) }},
            case when {{ crosswalk.usable_id('events.sent_user_id', 'mixpanel') | indent(12) }} is null then events.source || '-' || events.person_id end
        ) as usable_device_id,
        device_users.user_id as first_user_id,
        {{ crosswalk.is_sampled('events.user_id', 'device_users.user_id', 'events.device_id', 'events.person_id') }} as is_sampled
    from events
    left join event_names
        on events.source = event_names.source and events.event_name = event_names.source_event
    left join device_users
        on
            events.source = device_users.source
            and events.source_project = device_users.source_project
            and events.device_id = device_users.device_id

),

identified as (

    select
        *,
        -- one event with the name of an identity verb fails a whole batch of a Simplified project
        case
            when mapped_event in ('$identify', '$create_alias', '$merge') then source || '_' || mapped_event
            else mapped_event
        end as mixpanel_event,
        usable_user_id is null or usable_user_id = first_user_id as is_device_owner
    from named

)

select
    *,
    {% if var('mixpanel_id_merge') == 'simplified' -%}
    coalesce(usable_user_id, '$device:' || usable_device_id, '') as distinct_id,
    {%- else -%}
    coalesce({{ crosswalk.usable_distinct_id('source_distinct_id', 'mixpanel') | indent(4) }}, usable_user_id, usable_device_id, '') as distinct_id,
    {%- endif %}
    case when is_dropped or not is_sampled then 'filtered' else 'delivered' end as outcome,
    case
        when is_dropped then 'dropped_by_crosswalk'
        when not is_sampled then 'not_sampled'
    end as reason
from identified
