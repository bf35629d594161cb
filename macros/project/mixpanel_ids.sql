{# An id as it counts: trimmed, and null where nothing is left. Numbers come as their text. #}
{% macro mixpanel_id(text) -%}
    nullif({{ crosswalk.trimmed(text) }}, '')
{%- endmacro %}

{# An id without the prefix that a Simplified project puts before the ids of devices. #}
{% macro mixpanel_bare_id(id) -%}
    case when {{ id }} like '$device:%' then nullif(substr({{ id }}, 9), '') else {{ id }} end
{%- endmacro %}

{# The distinct id that PostHog's importer picks (mixpanel.rs): the id before identity where the distinct id is a device, or looks like one, being all
   capitals, digits and hyphens with a letter among them; else the distinct id; and where there is neither, the user's or the device's. #}
{% macro mixpanel_picked_id(distinct_id, id_before_identity, user_id, device_id) -%}
    coalesce(
        case
            when {{ id_before_identity }} is null then {{ distinct_id }}
            when {{ distinct_id }} is null or {{ distinct_id }} like '$device:%' then {{ id_before_identity }}
            when {{ crosswalk.matches(distinct_id, '^[A-Z0-9-]*[A-Z][A-Z0-9-]*$') }} then {{ id_before_identity }}
            else {{ distinct_id }}
        end,
        {{ user_id }},
        {{ device_id }}
    )
{%- endmacro %}

{# The place of an event among those of one insert id: the first keeps it. #}
{% macro mixpanel_holder() -%}
    row_number() over (partition by source_project, insert_id order by event_at asc, {{ crosswalk.by_bytes('event_key') }} asc)
{%- endmacro %}

{# The ids of an event as select lines, from the texts that it was written with; a verb has more of them. #}
{% macro mixpanel_written_ids() -%}
    {{ crosswalk.mixpanel_id('distinct_id') }} as exported_id,
    {{ crosswalk.mixpanel_id('distinct_id_before_identity') }} as written_before,
    {{ crosswalk.mixpanel_id('user_id') }} as written_user,
    {{ crosswalk.mixpanel_bare_id(crosswalk.mixpanel_id('device_id')) }} as written_device,
    case when event_name = '$identify' then {{ crosswalk.mixpanel_id('identified_id') }} end as named_identified,
    case when event_name = '$identify' then {{ crosswalk.mixpanel_id('anon_id') }} end as named_anon,
    case when event_name = '$create_alias' then {{ crosswalk.mixpanel_id('alias') }} end as alias_id
{%- endmacro %}

{# The key of an event: its name, the id that it was sent with, its moment and its insert id; without one all that it was sent with. #}
{% macro mixpanel_row_key() -%}
    {%- set names = crosswalk.mixpanel_dropped_names() + crosswalk.mixpanel_rewritten_names() -%}
    {%- set sent_id = 'coalesce(written_before, exported_id)' -%}
    {%- set moment = 'coalesce(' ~ crosswalk.iso_time('written_time') ~ ', time)' -%}
    {%- set own_parts = crosswalk.json_sorted_keys(crosswalk.json_drop_keys('properties', crosswalk.text_list(names))) -%}
    case
        when read_error is not null then null
        when usable_insert_id is not null then {{ crosswalk.stable_key(['event_name', sent_id, moment, 'usable_insert_id']) }}
        else {{ crosswalk.stable_key(['event_name', sent_id, moment, 'written_user', 'written_device', own_parts]) }}
    end
{%- endmacro %}
