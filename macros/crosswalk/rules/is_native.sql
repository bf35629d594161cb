{# Whether a row comes from a native app: its platform is a device's operating system, or it has no platform and the OS name or the device type
   is that of a phone. Never null. #}
{% macro is_native(platform, os_name, device_type) -%}
    coalesce(
        case
            when trim({{ platform }}) <> ''
                then lower(trim({{ platform }})) in (
                    'ios', 'ipados', 'android', 'tvos', 'watchos', 'visionos', 'macos', 'windows', 'linux', 'windows phone', 'fire os', 'fireos',
                    'harmonyos', 'tizen', 'webos', 'roku', 'kaios'
                )
            else lower({{ os_name }}) in ('ios', 'ipados', 'android') or lower({{ device_type }}) in ('ios', 'ipados', 'android')
        end,
        false
    )
{%- endmacro %}
