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
