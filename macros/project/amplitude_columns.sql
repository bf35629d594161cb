{# The keys of an Amplitude export row that staging gives a meaning of its own: ids, times, properties. All others are carried under
   `amplitude_<column>`, or under the name that crosswalk_columns.csv has for them. Source: Amplitude's Export API page. #}
{% macro amplitude_spine() %}
    {{ return([
        'uuid', 'app', 'event_type', 'event_time', 'user_id', 'device_id', 'groups', 'group_properties',
        'event_properties', 'user_properties',
    ]) }}
{% endmacro %}

{# The documented keys besides the spine. #}
{% macro amplitude_columns() %}
    {{ return([
        '$insert_id', '$insert_key', '$schema', 'adid', 'amplitude_attribution_ids', 'amplitude_event_type', 'amplitude_id', 'city',
        'client_event_time', 'client_upload_time', 'country', 'data', 'data_type', 'device_brand', 'device_carrier', 'device_family',
        'device_manufacturer', 'device_model', 'device_type', 'dma', 'event_id', 'followed_an_identify', 'global_user_properties', 'idfa',
        'ip_address', 'is_attribution_event', 'language', 'library', 'location_lat', 'location_lng', 'os_name', 'os_version', 'partner_id',
        'paying', 'plan', 'platform', 'processed_time', 'region', 'sample_rate', 'server_received_time', 'server_upload_time', 'session_id',
        'source_id', 'start_version', 'user_creation_time', 'version_name',
    ]) }}
{% endmacro %}

{# The rows of merged users: they are no events and stand in no count of a route. #}
{% macro amplitude_lines_without_rows() -%}
    (select count(*) from {{ ref('stg_amplitude__parsed_rows') }} where is_merged_user)
{%- endmacro %}

{# What makes a row's key, its person or its time, and the objects around its properties: among the keys of the line, and among its properties. #}
{% macro amplitude_ids(place) %}
    {{ return(crosswalk.amplitude_spine() + ['amplitude_id', 'session_id', '$insert_id', 'event_id'] + [
        'client_event_time', 'client_upload_time', 'processed_time', 'server_received_time', 'server_upload_time',
    ] if place == 'line' else []) }}
{% endmacro %}
