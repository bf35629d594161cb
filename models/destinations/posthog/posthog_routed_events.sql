-- depends_on: {{ ref('blocked_ids') }}

with

events as (

    select * from {{ ref('hub_events') }}

),

event_names as (

    select * from {{ ref('crosswalk_event_names') }}

),
{% if var('sample_people') != 1 %}
first_links as (

    select * from {{ ref('hub_identity_links') }}
    where link_rank = 1

),
{% endif %}
named as (

    select
        events.*,
        coalesce(event_names.posthog_event, events.event_name) as mapped_event,
        coalesce(event_names.action = 'drop' and event_names.posthog_event is null, false) as is_dropped,
        {{ crosswalk.usable_id('events.user_id', 'posthog') | indent(8) }} as usable_user_id,
        {{ crosswalk.usable_id('events.device_id', 'posthog') | indent(8) }} as usable_device_id,
        {{ crosswalk.usable_distinct_id('events.source_distinct_id', 'posthog') | indent(8) }} as usable_distinct_id,
        {{ crosswalk.is_sampled('events.user_id', 'first_links.user_id', 'events.device_id', 'events.person_id') }} as is_sampled
    from events
    left join event_names
        on events.source = event_names.source and events.event_name = event_names.source_event
    {%- if var('sample_people') != 1 %}
    left join first_links
        on
            events.source = first_links.source
            and events.source_project = first_links.source_project
            and events.device_id = first_links.device_id
    {%- endif %}

),

identified as (

    select
        *,
        -- another tool's event of this name would merge people or groups
        case
            when mapped_event in ('$create_alias', '$merge_dangerously', '$groupidentify') and {{ crosswalk.is_from_elsewhere('posthog') }}
                then source || '_' || mapped_event
            else mapped_event
        end as posthog_event,
        -- a row that goes back to its own tool keeps its id or is not sent: another one would count it for somebody else
        {%- if 'posthog' in var('sources') %}
        case
            when {{ crosswalk.is_native_to('posthog') }} then usable_distinct_id
            else coalesce(usable_distinct_id, usable_user_id, usable_device_id, source || '-' || person_id)
        end as distinct_id
        {%- else %}
        coalesce(usable_distinct_id, usable_user_id, usable_device_id, source || '-' || person_id) as distinct_id
        {%- endif %}
    from named

)

select
    *,
    case
        when is_dropped or not is_sampled then 'filtered'
        when distinct_id is null or {{ crosswalk.byte_length('distinct_id') }} > 200 then 'quarantined'
        else 'delivered'
    end as outcome,
    case
        when is_dropped then 'dropped_by_crosswalk'
        when not is_sampled then 'not_sampled'
        when distinct_id is null then 'no_id'
        when {{ crosswalk.byte_length('distinct_id') }} > 200 then 'id_too_long'
    end as reason
from identified
