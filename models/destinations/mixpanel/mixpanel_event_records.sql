-- depends_on: {{ ref('crosswalk_properties') }}
-- depends_on: {{ ref(var('crosswalk_properties_custom')) }}
-- depends_on: {{ ref('crosswalk_columns') }}
-- depends_on: {{ ref('crosswalk_reserved') }}

{{ config(
    materialized=crosswalk.kept_as('view'),
    incremental_strategy='append',
    pre_hook=crosswalk.before_adding(["{{ crosswalk.delete_outdated(ref('mixpanel_record_versions'), 'record_version') }}"]),
    post_hook=crosswalk.after_building(),
) }}

with

delivered_events as (

    {{ crosswalk.records_to_build('mixpanel') | indent(4) }}

),

routed_events as (

    select
        *,
        {{ crosswalk.said_user_properties() | indent(8) }} as said_properties,
        {{ crosswalk.event_object('mixpanel') | indent(8) }} as event_object
    from delivered_events

),

events as (

    select
        *,
        {{ crosswalk.own_properties('mixpanel') | indent(8) }} as own_properties
    from routed_events

),

-- every group key of the event, under the group's type; Mixpanel takes a list, and its own rows have the key among their properties
ours as (

    select
        *,
        {{ crosswalk.mixpanel_group_object() | indent(8) }} as group_properties,
        {{ crosswalk.json_splice([
            crosswalk.mixpanel_own_object() | indent(12),
            'cast(source_columns as ' ~ dbt.type_string() ~ ')',
        ]) | indent(8) }} as mapped_properties
    from events

),

grouped as (

    select
        *,
        case
            when group_properties = '{}' then mapped_properties
            when {{ crosswalk.has_collision('group_properties', 'mixpanel') | indent(12) }}
                then {{ crosswalk.json_splice([
                    crosswalk.json_make_room('group_properties', 'mapped_properties', crosswalk.reserved_names('mixpanel'), "source || '_'"),
                    'mapped_properties',
                ]) | indent(16) }}
            else {{ crosswalk.json_splice(['group_properties', 'mapped_properties']) | indent(12) }}
        end as our_properties
    from ours

),

judged as (

    select
        *,
        {{ crosswalk.has_collision('own_properties', 'mixpanel', 'group_properties', 'our_properties') | indent(8) }} as may_collide
    from grouped

),

-- room is made only where a key of theirs may be one of ours: most rows are spliced as they are
roomed as (

    select
        *,
        case
            {%- if 'mixpanel' in var('sources') %}
            when may_collide and {{ crosswalk.is_native_to('mixpanel') }}
                then {{ crosswalk.json_make_room('own_properties', 'our_properties', [], "source || '_'") | indent(16) }}
            {%- endif %}
            when may_collide
                then {{ crosswalk.json_make_room('own_properties', 'our_properties', crosswalk.reserved_names('mixpanel'), "source || '_'") | indent(16) }}
            else own_properties
        end as fitted_properties
    from judged

)

select
    source,
    source_project,
    event_key,
    mixpanel_event as event_name,
    event_at as event_time,
    {{ crosswalk.mixpanel_record_id() | indent(4) }} as record_id,
    {{ crosswalk.mixpanel_insert_id() | indent(4) }} as insert_id,
    usable_user_id as user_id,
    case when is_device_owner then usable_device_id end as device_id,
    distinct_id,
    may_collide,
    case when may_collide then not {{ crosswalk.json_covers_keys('own_properties', 'fitted_properties') }} else false end as is_renamed,
    {{ crosswalk.json_splice(['fitted_properties', 'our_properties']) | indent(4) }} as properties,
    received_at
    {{- crosswalk.and_kept('record_version') }}
from roomed
