{# The documented limits of a destination that a record can break: name, the greatest value that is allowed, what happens beyond it (`rejected`, `truncated`
   or `warning`), and what is measured. `cheap` is a condition that holds for every record that breaks it, and is quick to see; it may read what `payload_looks`
   found. One home for the check, the counts and the docs. #}
{% macro payload_limits(destination) %}
    {%- if destination == 'mixpanel' -%}
    {%- set properties = crosswalk.json_value('payload', 'properties') -%}
    {%- set profile = crosswalk.json_value('payload', '$set') -%}
    {{ return([
        {'name': 'record_bytes', 'value': 999999, 'effect': 'rejected', 'measure': 'payload_bytes', 'cheap': 'payload_bytes > 999999',
         'source': 'Mixpanel, Import Events: an event is less than 1 MB of uncompressed JSON; profiles and groups likewise'},
        {'name': 'hours_ahead', 'value': 1, 'effect': 'rejected', 'measure': crosswalk.hours_ahead('event_at'), 'cheap': "endpoint = 'import'",
         'source': 'Mixpanel, Import Events: time lies at most one hour ahead'},
        {'name': 'properties_per_event', 'value': 254, 'effect': 'rejected', 'measure': crosswalk.json_key_count(properties),
         'cheap': "endpoint = 'import' and commas >= 254",
         'source': 'Mixpanel, Import Events: fewer than 255 properties'},
        {'name': 'keys_per_nested_object', 'value': 254, 'effect': 'rejected', 'measure': crosswalk.json_widest_object(properties),
         'cheap': "endpoint = 'import' and commas >= 254",
         'source': 'Mixpanel, Import Events: nested objects have fewer than 255 keys'},
        {'name': 'elements_per_array', 'value': 254, 'effect': 'rejected', 'measure': crosswalk.json_longest_array(properties),
         'cheap': "endpoint = 'import' and commas >= 254",
         'source': 'Mixpanel, Import Events: arrays have fewer than 255 elements'},
        {'name': 'nesting_depth', 'value': 3, 'effect': 'rejected', 'measure': 'case when ' ~ crosswalk.json_deeper_than('payload', 5) ~ ' then 4 else 3 end',
         'cheap': "endpoint = 'import' and (payload like '%[{%' or payload like '%,{%' or case when payload like '%:{%:{%:{%:{%:{%' then "
            ~ crosswalk.json_has_path('payload', '$.properties.*.*.*.*') ~ ' else false end)',
         'source': 'Mixpanel, Import Events: objects are nested at most 3 deep'},
        {'name': 'string_bytes', 'value': 255, 'effect': 'truncated', 'measure': crosswalk.json_longest_string(properties),
         'cheap': 'has_long_text',
         'source': 'Mixpanel, Import Events: text is cut at 255 bytes'},
        {'name': 'property_name_characters', 'value': 255, 'effect': 'truncated', 'measure': crosswalk.json_longest_key(properties),
         'cheap': 'has_long_text',
         'source': 'Mixpanel, Events and Properties: names are cut at 255 characters'},
        {'name': 'event_name_characters', 'value': 255, 'effect': 'truncated', 'measure': 'length(' ~ crosswalk.json_text('payload', 'event') ~ ')',
         'cheap': "endpoint = 'import' and substr(payload, 1, 280) not like '%\",\"properties\":{%'",
         'source': 'Mixpanel, Events and Properties: names are cut at 255 characters'},
        {'name': 'object_bytes', 'value': 8192, 'effect': 'warning', 'measure': crosswalk.json_largest_value(properties),
         'cheap': "endpoint = 'import' and payload_bytes > 8192",
         'source': 'Mixpanel, Data Types: a list or an object of an event has at most 8 KB'},
        {'name': 'insert_id_form', 'value': 0, 'effect': 'rejected',
         'measure': 'case when ' ~ crosswalk.matches('record_id', '^[A-Za-z0-9-]{1,36}$') ~ ' then 0 else 1 end', 'cheap': "endpoint = 'import'",
         'source': 'Mixpanel, Import Events: $insert_id has at most 36 letters, digits and hyphens'},
        {'name': 'properties_per_profile', 'value': 2000, 'effect': 'truncated', 'measure': crosswalk.json_key_count(profile),
         'cheap': "endpoint <> 'import' and commas >= 2000",
         'source': 'Mixpanel, User Profiles: at most 2000 properties; further ones are not kept'},
        {'name': 'profile_name_characters', 'value': 255, 'effect': 'truncated', 'measure': crosswalk.json_longest_key(profile),
         'cheap': "endpoint <> 'import' and payload_bytes > 300",
         'source': 'Mixpanel, User Profiles: names of properties have at most 255 characters'},
        {'name': 'profile_object_bytes', 'value': 262144, 'effect': 'warning', 'measure': crosswalk.json_largest_value(profile),
         'cheap': "endpoint <> 'import' and payload_bytes > 262144",
         'source': 'Mixpanel, Data Types: a list or an object of a profile has at most 256 KB'},
    ]) }}
    {%- else -%}
    {%- set properties = crosswalk.json_value('payload', 'properties') -%}
    {{ return([
        {'name': 'record_bytes', 'value': 1000000, 'effect': 'rejected', 'measure': 'payload_bytes', 'cheap': 'payload_bytes > 1000000',
         'source': 'PostHog, Ingestion warnings: an event over 1 MB is dropped'},
        {'name': 'hours_ahead', 'value': 23, 'effect': 'warning', 'measure': crosswalk.hours_ahead('event_at'), 'cheap': 'true',
         'source': 'PostHog, capture service: a time more than 23 hours ahead becomes the time of the import'},
        {'name': 'event_name_bytes', 'value': 200, 'effect': 'rejected', 'measure': crosswalk.byte_length(crosswalk.json_text('payload', 'event')),
         'cheap': "kind = 'event' and substr(payload, 1, 120) not like '%\",\"distinct_id\":%'",
         'source': 'PostHog, capture service: event names of at most 200 bytes'},
        {'name': 'distinct_id_bytes', 'value': 200, 'effect': 'rejected', 'measure': crosswalk.byte_length('distinct_id'),
         'cheap': crosswalk.byte_length('distinct_id') ~ ' > 200',
         'source': 'PostHog, capture service: distinct ids of at most 200 bytes'},
        {'name': 'group_key_characters', 'value': 400, 'effect': 'rejected', 'measure': 'length(' ~ crosswalk.json_text(properties, '$group_key') ~ ')',
         'cheap': "kind = 'group_identify'",
         'source': 'PostHog, Ingestion warnings: a group key over 400 characters drops its $groupidentify'},
        {'name': 'group_types_per_event', 'value': 5, 'effect': 'warning', 'measure': crosswalk.json_key_count(crosswalk.json_value(properties, '$groups')),
         'cheap': "kind = 'event' and payload like '%\"$groups\":{%'",
         'source': 'PostHog, Group analytics: at most five group types in a project; further ones are not kept'},
    ]) }}
    {%- endif -%}
{% endmacro %}

{# What several limits of a destination ask of a payload: [column, expression] pairs. As columns they are worked out once; inside of `case` each limit would do so. #}
{% macro payload_looks(destination) %}
    {{ return([
        ['commas', crosswalk.count_of('payload', ',')],
        ['has_long_text', "case when endpoint = 'import' then " ~ crosswalk.matches('payload', '"(?:[^"\\\\]|\\\\.){64}') ~ ' else false end'],
    ] if destination == 'mixpanel' else []) }}
{% endmacro %}

{# All records of a payload relation that break a limit: record_id, limit_name, limit_value, actual, effect. One pass over the payloads finds those that break
   any; a union of a select for each limit would be a pass for each, where an engine works a CTE out anew for each of its readers. #}
{% macro limit_violations(destination, relation) -%}
{%- set limits = crosswalk.payload_limits(destination) -%}
{%- set looks = crosswalk.payload_looks(destination) -%}
{%- set actual -%}
    case limits.limit_name
        {%- for limit in limits %}
        when '{{ limit['name'] }}' then measured.{{ limit['name'] }}
        {%- endfor %}
    end
{%- endset -%}
with

measured as {{ crosswalk.materialized() }} (

    select
        *
    from (
        select
            record_id,
            {%- for limit in limits %}
            case when {{ limit['cheap'] }} then {{ limit['measure'] }} else 0 end as {{ limit['name'] }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {% if looks %}(
            select
                *,
                {%- for look in looks %}
                {{ look[1] }} as {{ look[0] }}{{ ',' if not loop.last }}
                {%- endfor %}
            from {{ relation }}
        ) as looked_at{% else %}{{ relation }}{% endif %}
    ) as all_records
    where
        {%- for limit in limits %}
        {{ limit['name'] }} > {{ limit['value'] }}{{ ' or' if not loop.last }}
        {%- endfor %}

),

limits as (

    {% for limit in limits -%}
    select '{{ limit['name'] }}' as limit_name, {{ limit['value'] }} as limit_value, '{{ limit['effect'] }}' as effect
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    measured.record_id,
    limits.limit_name,
    limits.limit_value,
    {{ actual }} as actual,
    limits.effect
from measured
cross join limits
where {{ actual }} > limits.limit_value
{%- endmacro %}
