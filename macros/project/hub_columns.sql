{# The context columns of the hub: canonical name and type, in order. The crosswalk maps every one of them, on both sides. #}
{% macro hub_context_columns() %}
    {{ return([
        ['platform', 'text'], ['os', 'text'], ['os_version', 'text'], ['browser', 'text'], ['browser_version', 'text'],
        ['device_type', 'text'], ['device_brand', 'text'], ['device_manufacturer', 'text'], ['device_model', 'text'],
        ['device_family', 'text'], ['carrier', 'text'], ['language', 'text'], ['app_version', 'text'], ['library', 'text'],
        ['ip', 'text'], ['city', 'text'], ['region', 'text'], ['country', 'text'], ['country_code', 'text'],
        ['latitude', 'number'], ['longitude', 'number'], ['current_url', 'text'], ['host', 'text'], ['pathname', 'text'],
        ['page_title', 'text'], ['referrer', 'text'], ['referring_domain', 'text'], ['search_keyword', 'text'],
        ['utm_source', 'text'], ['utm_medium', 'text'], ['utm_campaign', 'text'], ['utm_term', 'text'], ['utm_content', 'text'],
        ['viewport_height', 'number'], ['viewport_width', 'number'], ['screen_height', 'number'], ['screen_width', 'number'],
    ]) }}
{% endmacro %}

{# All columns of hub_events, in the order of its contract: what a source's hub model selects and a union lists. #}
{% macro hub_event_columns() %}
    {%- set columns = [
        'source', 'source_project', 'event_key', 'event_name', 'event_at', 'received_at', 'user_id', 'device_id', 'person_id',
        'session_id', 'groups',
    ] -%}
    {%- for column in crosswalk.hub_context_columns() -%}{%- do columns.append(column[0]) -%}{%- endfor -%}
    {{ return(columns + [
        'event_properties', 'user_properties', 'once_properties', 'source_columns', 'named_columns', 'source_insert_id', 'source_distinct_id', 'own_uuid',
        'session_started_at',
    ]) }}
{% endmacro %}

{# Those of them that hold a JSON object. #}
{% macro hub_json_columns() %}
    {{ return(['groups', 'event_properties', 'user_properties', 'once_properties', 'source_columns', 'named_columns']) }}
{% endmacro %}

{# What a source brings besides its events and groups, as relations of its staging folder: `people` are rows of a table of people, `links` say which
   device or old id belongs to which user. #}
{% macro sources_with(part) %}
    {%- set parts = {'people': ['heap', 'mixpanel'], 'links': ['amplitude', 'heap', 'mixpanel', 'posthog']} -%}
    {{ return(parts[part] | select('in', var('sources')) | list) }}
{% endmacro %}

{# The model that knows what was repaired in each line of a source. Mixpanel's has people and identity mappings beside the rows of events. #}
{% macro repaired_model(source) %}
    {{ return('stg_' ~ source ~ ('__records' if source == 'mixpanel' else '__rows')) }}
{% endmacro %}

{# What staging repairs in the rows of a source: the reason in audit_repaired, and the column of its `repaired_model` that says so. #}
{% macro source_repairs(source) %}
    {%- set repairs = {'nul_character': 'has_nul', 'lone_surrogate': 'has_lone_surrogate', 'duplicate_keys': 'has_duplicate_keys'} -%}
    {%- if source == 'heap' -%}{%- do repairs.update({'double_escaped': 'has_double_escapes'}) -%}{%- endif -%}
    {{ return(repairs) }}
{% endmacro %}

{# What `deny_properties` and `hash_properties` did to the landed lines, in the same form. #}
{% macro private_repairs() %}
    {{ return({'private_denied': 'has_denied', 'private_hashed': 'has_hashed', 'private_deep': 'has_deep'} if crosswalk.has_private_properties() else {}) }}
{% endmacro %}
