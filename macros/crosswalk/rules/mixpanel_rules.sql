{# How Mixpanel wants a hub column that a name alone does not say. Each macro gives [name, JSON text expression] pairs; `column` is the relation's
   column, `name` the name from the crosswalk, `source_name` the name that the source's own column arrives under otherwise. #}

{# Where no app told the OS, Amplitude's device family says it better than the device type. #}
{% macro mixpanel_os(column, name, place, source_name) %}
    {%- set os = "case when " ~ crosswalk.is_native('platform', 'os', 'device_type') ~ " then os else coalesce(device_family, os) end" -%}
    {{ return([[name, crosswalk.json_string(os)]]) }}
{% endmacro %}

{# The device type is a device unless it was read as the OS. PostHog's says Mobile or Desktop only; its own $device is the device. #}
{% macro mixpanel_device(column, name, place, source_name) %}
    {{ return([
        [name, crosswalk.unless_source(
            ['posthog'] | select('in', var('sources')) | list,
            "case when " ~ crosswalk.differs('device_type', 'os') ~ " or " ~ crosswalk.is_native('platform', 'os', 'device_type') ~ " then " ~ crosswalk.json_string('device_type') ~ " end"
        )],
        [source_name, "case when device_type = os and not " ~ crosswalk.is_native('platform', 'os', 'device_type') ~ " then " ~ crosswalk.json_string('device_type') ~ " end"],
    ]) }}
{% endmacro %}

{# The address itself only where no place is known, since Mixpanel looks the place up from it; 0 stops the look-up of the sender's address.
   Mixpanel, "Import Events": properties.ip. #}
{% macro mixpanel_ip(column, name, place, source_name) %}
    {%- if place != 'properties' -%}{{ return([]) }}{%- endif -%}
    {{ return([[name, "case
        when city is null and region is null and country is null and " ~ crosswalk.matches('ip', '^([0-9]{1,3}[.]){3}[0-9]{1,3}$|^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$') ~ "
            then " ~ crosswalk.json_string('ip') ~ "
        else '0'
    end"]]) }}
{% endmacro %}

{# The full address of the page: Page Location holds the query too, Page URL does not. #}
{% macro mixpanel_current_url(column, name, place, source_name) %}
    {{ return([[name, crosswalk.json_string("coalesce(" ~ crosswalk.json_text('event_properties', '[Amplitude] Page Location') ~ ", current_url)")]]) }}
{% endmacro %}

{# Coordinates stand for the place only where no city is named; else they keep the source's name. #}
{% macro mixpanel_latitude(column, name, place, source_name) %}
    {{ return(crosswalk.mixpanel_coordinate('latitude', name, source_name)) }}
{% endmacro %}

{% macro mixpanel_longitude(column, name, place, source_name) %}
    {{ return(crosswalk.mixpanel_coordinate('longitude', name, source_name)) }}
{% endmacro %}

{% macro mixpanel_coordinate(column, name, source_name) %}
    {{ return([
        [name, "case when city is null then " ~ crosswalk.number_json(column) ~ " end"],
        [source_name, "case when city is not null then " ~ crosswalk.number_json(column) ~ " end"],
    ]) }}
{% endmacro %}
