-- depends_on: {{ ref('crosswalk_properties') }}
-- depends_on: {{ ref(var('crosswalk_properties_custom')) }}
-- depends_on: {{ ref('crosswalk_columns') }}
-- depends_on: {{ ref('crosswalk_reserved') }}

{{ config(
    materialized=crosswalk.kept_as('view'),
    incremental_strategy=crosswalk.added_by(),
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
with_groups as (

    select
        *,
        {{ crosswalk.mixpanel_group_object() | indent(8) }} as group_properties
    from events

),

-- whether a key of theirs may be one of ours is seen before our part is put together, so that the audit, which asks for those rows only, does without
judged as (

    select
        *,
        {{ crosswalk.has_collision('own_properties', 'mixpanel', 'group_properties', crosswalk.own_parts('mixpanel')) | indent(8) }} as may_collide
    from with_groups

),

ours as (

    select
        *,
        {{ crosswalk.mixpanel_own_object(['cast(source_columns as ' ~ dbt.type_string() ~ ')']) | indent(8) }} as mapped_properties
    from judged

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

-- room is made only where a key of theirs may be one of ours: most rows are spliced as they are
roomed as (

    select
        *,
        case
            when not may_collide then own_properties
            {%- if 'mixpanel' in var('sources') %}
            when {{ crosswalk.is_native_to('mixpanel') }} and not {{ crosswalk.json_shares_keys('own_properties', 'our_properties') }} then own_properties
            when {{ crosswalk.is_native_to('mixpanel') }}
                then {{ crosswalk.json_make_room('own_properties', 'our_properties', [], "source || '_'") | indent(16) }}
            {%- endif %}
            else {{ crosswalk.json_make_room('own_properties', 'our_properties', crosswalk.reserved_names('mixpanel'), "source || '_'") | indent(16) }}
        end as fitted_properties
    from grouped

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
