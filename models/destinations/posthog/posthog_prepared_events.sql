-- depends_on: {{ ref('crosswalk_properties') }}
-- depends_on: {{ ref(var('crosswalk_properties_custom')) }}
-- depends_on: {{ ref('crosswalk_reserved') }}

{%- set mode = var('posthog_person_properties') %}

with

delivered_events as (

    {{ crosswalk.records_to_build('posthog', whole_people=(mode == 'on_change')) | indent(4) }}

),

routed_events as (

    select
        *,
        {{ crosswalk.said_user_properties() | indent(8) }} as said_properties,
        {{ crosswalk.event_object('posthog') | indent(8) }} as event_object
    from delivered_events

),

events as (

    select
        *,
        {{ crosswalk.own_properties('posthog') | indent(8) }} as own_properties,
        {{ crosswalk.picked_user_values() | indent(8) }}
    from routed_events

),

{% if mode == 'on_change' -%}
-- a row's snapshot says that something changed where it differs from the person's snapshot before it; rows without one say nothing
compared as (

    select
        *,
        case
            when cast(user_properties as {{ dbt.type_string() }}) = '{}' then false
            else coalesce({{ crosswalk.md5_hex('said_properties') }} <> lag({{ crosswalk.md5_hex('said_properties') }}) over (
                partition by source, source_project, distinct_id, cast(user_properties as {{ dbt.type_string() }}) = '{}'
                order by event_at asc, coalesce(received_at, event_at) asc, {{ crosswalk.by_bytes('event_key') }} asc
            ), true)
        end as is_changed
    from events

),

{% endif -%}
person_properties as (

    select
        *,
        {%- if mode in ('events', 'on_change') %}
        {{ crosswalk.json_build(crosswalk.destination_pairs('posthog', 'person') + crosswalk.event_person_pairs('posthog')) | indent(8) }} as context_to_set,
        {{ crosswalk.first_touch_object('posthog') | indent(8) }} as touches_to_set_once,
        {%- else %}
        '{}' as context_to_set,
        '{}' as touches_to_set_once,
        {%- endif %}
        {%- if mode == 'on_change' %}
        case when is_changed then {{ crosswalk.without_first_touch('cast(user_properties as ' ~ dbt.type_string() ~ ')') | indent(8) }} else '{}' end as traits_to_set
        {%- else %}
        '{}' as traits_to_set
        {%- endif %}
    from {{ 'compared' if mode == 'on_change' else 'events' }}

)

select
    {{ crosswalk.hub_event_columns() | map('replace', 'groups', crosswalk.column('groups')) | join(',\n    ') }},
    posthog_event,
    distinct_id,
    said_properties,
    event_object,
    own_properties,
    {%- if mode == 'on_change' %}
    {{ crosswalk.json_overlay('traits_to_set', 'context_to_set') | indent(4) }} as to_set,
    {%- else %}
    context_to_set as to_set,
    {%- endif %}
    touches_to_set_once as to_set_once
    {{- crosswalk.and_kept('record_version, is_built') }}
from person_properties
