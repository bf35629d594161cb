-- depends_on: {{ ref('crosswalk_properties') }}
-- depends_on: {{ ref(var('crosswalk_properties_custom')) }}
-- depends_on: {{ ref('crosswalk_columns') }}
-- depends_on: {{ ref('crosswalk_reserved') }}

{%- set mode = var('posthog_person_properties') %}

with

routed_events as (

    select
        *,
        {{ crosswalk.said_user_properties() | indent(8) }} as said_properties
    from {{ ref('posthog_routed_events') }}
    where outcome = 'delivered'

),

events as (

    select
        *,
        {{ crosswalk.own_properties('posthog') | indent(8) }} as own_properties,
        {{ crosswalk.json_pick_text('user_properties', crosswalk.user_keys()) | indent(8) }} as user_values
    from routed_events

),

{% if mode == 'on_change' -%}
-- what a person's row says changed when it differs from the person's row before it
compared as (

    select
        *,
        coalesce({{ crosswalk.md5_hex('cast(user_properties as ' ~ dbt.type_string() ~ ')') }} <> lag({{ crosswalk.md5_hex('cast(user_properties as ' ~ dbt.type_string() ~ ')') }}) over (
            partition by source, source_project, distinct_id
            order by event_at asc, coalesce(received_at, event_at) asc, event_key asc
        ), true) and user_properties <> '{}' as is_changed
    from events

),

{% endif -%}
person_properties as (

    select
        *,
        {%- if mode in ('events', 'on_change') %}
        {{ crosswalk.json_build(crosswalk.destination_pairs('posthog', 'person')) | indent(8) }} as context_to_set,
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

),

placed as (

    select
        *,
        {%- if mode == 'on_change' %}
        {{ crosswalk.json_overlay('traits_to_set', 'context_to_set') | indent(8) }} as to_set,
        {%- else %}
        context_to_set as to_set,
        {%- endif %}
        touches_to_set_once as to_set_once
    from person_properties

),

ours as (

    select
        *,
        {{ crosswalk.json_splice([
            crosswalk.json_build(
                crosswalk.destination_pairs('posthog')
                + crosswalk.named_pairs('posthog')
                + crosswalk.nested_user_properties('posthog')
                + [
                    ["'\"$' || source || '_user_id\"'", crosswalk.json_string('user_id')],
                    ["'\"$' || source || '_device_id\"'", crosswalk.json_string('device_id')],
                    ["'\"$device_id\"'", crosswalk.json_string('device_id')],
                    ["'\"$session_id\"'", crosswalk.json_string(crosswalk.posthog_session_id())],
                    ["'\"$groups\"'", "case when groups <> '{}' then " ~ crosswalk.json_first_of_lists('groups') ~ " end"],
                    ["'\"$set\"'", "nullif(to_set, '{}')"],
                    ["'\"$set_once\"'", "nullif(to_set_once, '{}')"],
                ]
                + crosswalk.posthog_markers()
                + [["'\"$geoip_disable\"'", "'true'"]]
            ),
            'cast(source_columns as ' ~ dbt.type_string() ~ ')',
        ]) | indent(8) }} as our_properties
    from placed

),

judged as (

    select
        *,
        {{ crosswalk.has_collision('own_properties', 'posthog') | indent(8) }} as may_collide
    from ours

),

-- room is made only where a key of theirs may be one of ours: most rows are spliced as they are
roomed as (

    select
        *,
        case
            when may_collide
                then {{ crosswalk.json_make_room('own_properties', 'our_properties', crosswalk.reserved_names('posthog'), "source || '_'") | indent(16) }}
            else own_properties
        end as fitted_properties
    from judged

)

select
    source,
    source_project,
    event_key,
    {{ crosswalk.posthog_event_uuid() | indent(4) }} as uuid,
    posthog_event as event,
    distinct_id,
    event_at,
    may_collide,
    case when may_collide then not {{ crosswalk.json_covers_keys('own_properties', 'fitted_properties') }} else false end as is_renamed,
    {{ crosswalk.json_splice(['fitted_properties', 'our_properties']) | indent(4) }} as properties
from roomed
