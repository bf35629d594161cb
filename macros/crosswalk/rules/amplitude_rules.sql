{# Where Amplitude keeps the operating system and the browser. On native apps `os_name` is the OS; on the web it is the browser, and the OS
   stands in `device_type`. Each macro renders from the columns of stg_amplitude__events. #}
{% macro amplitude_os() -%}
    case
        when {{ crosswalk.is_native('platform', 'os_name', 'device_type') }} then coalesce(os_name, device_type)
        else device_type
    end
{%- endmacro %}

{% macro amplitude_os_version() -%}
    case when {{ crosswalk.is_native('platform', 'os_name', 'device_type') }} then os_version end
{%- endmacro %}

{% macro amplitude_browser() -%}
    case when not {{ crosswalk.is_native('platform', 'os_name', 'device_type') }} then os_name end
{%- endmacro %}

{% macro amplitude_browser_version() -%}
    case when not {{ crosswalk.is_native('platform', 'os_name', 'device_type') }} then os_version end
{%- endmacro %}

{# The columns that these rules read besides those that the crosswalk names. #}
{% macro amplitude_rule_columns() %}
    {{ return(['os_name', 'os_version']) }}
{% endmacro %}
