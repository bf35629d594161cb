-- depends_on: {{ ref('blocked_ids') }}
-- depends_on: {{ ref('crosswalk_properties') }}
-- depends_on: {{ ref(var('crosswalk_properties_custom')) }}

{%- set mode = var('posthog_person_properties') %}

with

users as (

    select
        *,
        {{ crosswalk.picked_person_values('posthog') | indent(8) }}
    from {{ ref('hub_users') }}
    -- whose properties an anonymous row on a shared device shows is not known, so they are nobody's
    where not is_on_shared_device and {{ crosswalk.is_from_elsewhere('posthog') }}

),

in_context as (

    select
        *,
        {{- crosswalk.person_context_select() }}
    from users

),

identified as (

    select
        *,
        case
            when user_id is not null then {{ crosswalk.usable_id('user_id', 'posthog') | indent(12) }}
            when source_distinct_id is not null then {{ crosswalk.usable_distinct_id('source_distinct_id', 'posthog') | indent(12) }}
            when device_id is not null then {{ crosswalk.usable_id('device_id', 'posthog') | indent(12) }}
            else source || '-' || substr(person_key, 8)
        end as distinct_id,
        {{ crosswalk.user_object('posthog') | indent(8) }} as traits,
        {{ crosswalk.person_traits('posthog') | indent(8) }} as mapped_traits,
        {{ crosswalk.json_build(crosswalk.destination_pairs('posthog', 'person')) | indent(8) }} as mapped_context,
        {{ crosswalk.person_first_touch('posthog') | indent(8) }} as mapped_first_touch
    from in_context

),

placed as (

    select
        *,
        {{ crosswalk.json_overlay('traits', 'mapped_traits') | indent(8) }} as own_traits
    from identified
    where
        distinct_id is not null
        and {{ crosswalk.byte_length('distinct_id') }} <= 200
        and {{ crosswalk.is_sampled('user_id', 'null', 'device_id', "case when person_key like 'person:%' then substr(person_key, 8) end") }}

),

-- whether there is something to say is asked of the parts: a condition on the whole would have it put together twice
chosen as (

    select
        *,
        {% if mode in ('events', 'on_change') -%}
        own_traits as to_set,
        -- what stood on events goes out with them; a table of people has no events
        case when has_profile then mapped_first_touch else '{}' end as to_set_once,
        traits <> '{}' or mapped_traits <> '{}' or (has_profile and mapped_first_touch <> '{}') as says_something,
        coalesce(properties_at, last_seen_at) as updated_at
        {%- elif mode == 'latest' -%}
        {{ crosswalk.json_overlay('own_traits', 'mapped_context') | indent(8) }} as to_set,
        mapped_first_touch as to_set_once,
        traits <> '{}' or mapped_traits <> '{}' or mapped_context <> '{}' or mapped_first_touch <> '{}' as says_something,
        coalesce(greatest(coalesce(properties_at, context_at), coalesce(context_at, properties_at)), first_seen_at) as updated_at
        {%- elif mode == 'once' -%}
        '{}' as to_set,
        {{ crosswalk.json_overlay('own_traits', crosswalk.json_splice(['mapped_context', 'mapped_first_touch'])) | indent(8) }} as to_set_once,
        traits <> '{}' or mapped_traits <> '{}' or mapped_context <> '{}' or mapped_first_touch <> '{}' as says_something,
        coalesce(greatest(coalesce(properties_at, context_at), coalesce(context_at, properties_at)), first_seen_at) as updated_at
        {%- else -%}
        '{}' as to_set,
        '{}' as to_set_once,
        false as says_something,
        last_seen_at as updated_at
        {%- endif %}
    from placed

),

records as (

    select
        {{ crosswalk.uuid_v5(
            'crosswalk-person',
            crosswalk.stable_name(['source', 'source_project', 'person_key', crosswalk.iso_time('updated_at'), 'to_set', 'to_set_once'])
        ) | indent(8) }} as uuid,
        '$set' as event,
        distinct_id,
        updated_at,
        {{ crosswalk.json_build(
            [
                ["'\"$set\"'", "nullif(to_set, '{}')"],
                ["'\"$set_once\"'", "nullif(to_set_once, '{}')"],
                ["'\"$geoip_disable\"'", "'true'"],
            ] + crosswalk.posthog_markers()
        ) | indent(8) }} as properties
    from chosen
    where says_something

)

select
    uuid,
    event,
    distinct_id,
    updated_at as {{ crosswalk.column('timestamp') }},
    {{ crosswalk.as_json('properties') }} as properties
from records
