-- depends_on: {{ ref('blocked_ids') }}
-- no blocked id goes out, insert ids fit Mixpanel's rule
-- and a Simplified project gets no identity verb, which would fail a whole batch
{%- set keys = ['$insert_id', '$user_id', '$device_id'] %}

with

payloads as (

    select
        record_id,
        endpoint,
        distinct_id,
        {{ crosswalk.json_text('payload', 'event') }} as event_name,
        {{ crosswalk.json_pick_text(crosswalk.json_value('payload', 'properties'), keys) | indent(8) }} as ids
    from {{ ref('mixpanel_payloads') }}

),

picked as (

    select
        record_id,
        endpoint,
        event_name,
        case when distinct_id like '$device:%' then substr(distinct_id, 9) else distinct_id end as distinct_id,
        {{ crosswalk.json_picked('ids', keys, '$insert_id') }} as insert_id,
        {{ crosswalk.json_picked('ids', keys, '$user_id') }} as user_id,
        {{ crosswalk.json_picked('ids', keys, '$device_id') }} as device_id
    from payloads

)

select *
from picked
where
    (distinct_id <> '' and {{ crosswalk.usable_id('distinct_id', 'mixpanel') | indent(4) }} is null)
    or (user_id is not null and {{ crosswalk.usable_id('user_id', 'mixpanel') | indent(4) }} is null)
    or (device_id is not null and {{ crosswalk.usable_id('device_id', 'mixpanel') | indent(4) }} is null)
    or (endpoint = 'import' and not coalesce({{ crosswalk.matches('insert_id', '^[A-Za-z0-9-]{1,36}$') }}, false))
    {%- if var('mixpanel_id_merge') == 'simplified' %}
    or event_name in ('$identify', '$create_alias', '$merge')
    {%- endif %}
