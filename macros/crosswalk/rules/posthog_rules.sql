{# How PostHog wants a hub column that a name alone does not say. Each macro gives [name, JSON text expression] pairs for a `place`:
   `properties` of an event, or `person` for $set. `column` is the relation's column, `name` the name from the crosswalk. #}

{# A number on events where the text is one, text on people: PostHog's importer, amplitude.rs. #}
{% macro posthog_browser_version(column, name, place, source_name) %}
    {%- set as_text = crosswalk.json_string(column) -%}
    {%- set as_number = "coalesce(cast(" ~ crosswalk.safe_integer(column) ~ " as " ~ dbt.type_string() ~ "), " ~ as_text ~ ")" -%}
    {{ return([[name, as_number if place == 'properties' else as_text]]) }}
{% endmacro %}

{# Mobile, Tablet or Desktop, from the device type and else from the OS. The type itself, where it is not the OS, keeps the source's name. #}
{% macro posthog_device_type(column, name, place, source_name) %}
    {%- set known = "case
        when " ~ crosswalk.matches("lower(device_type)", "^(mac|windows$|windows [0-9nx]|linux|ubuntu|debian|fedora|chrome ?os|cros)") ~ " then '\"Desktop\"'
        when " ~ crosswalk.matches("lower(device_type)", "ipad|tablet") ~ " and lower(coalesce(platform, '')) not in ('ios', 'android') then '\"Tablet\"'
        when " ~ crosswalk.matches("lower(device_type)", "^(ios|ipados|android)$|phone|ipod|galaxy|pixel|nexus|oneplus|xiaomi|redmi|huawei|honor|oppo|vivo|realme|moto|xperia|nokia|htc|blackberry|lumia|samsung|^sm-|^lg|mobile") ~ " then '\"Mobile\"'
        when lower(platform) in ('ios', 'ipados', 'android', 'windows phone', 'harmonyos', 'kaios') then '\"Mobile\"'
        when " ~ crosswalk.is_native('platform', 'os', 'device_type') ~ " and lower(os) in ('ios', 'ipados', 'android') then '\"Mobile\"'
        when lower(platform) in ('macos', 'windows', 'linux') then '\"Desktop\"'
        when lower(device_type) in ('mobile', 'tablet', 'desktop') then " ~ crosswalk.json_string("upper(substr(device_type, 1, 1)) || lower(substr(device_type, 2))") ~ "
    end" -%}
    {%- if place != 'properties' -%}{{ return([[name, known]]) }}{%- endif -%}
    {{ return([
        [name, known],
        [source_name, "case when " ~ crosswalk.differs('device_type', 'os') ~ " then " ~ crosswalk.json_string('device_type') ~ " end"],
    ]) }}
{% endmacro %}
