{{ config(materialized='table') }}

{%- set is_original = var('mixpanel_id_merge') == 'original' %}

with

events as (

    select * from {{ ref('mixpanel_event_records') }}

),

user_records as (

    select * from {{ ref('mixpanel_user_records') }}

),

group_records as (

    select * from {{ ref('mixpanel_group_records') }}

),
{% if is_original %}
identity_events as (

    select * from {{ ref('mixpanel_identity_events') }}

),
{% endif %}
-- kind_rank: people are merged before their events, and profiles follow
-- the days are counted on narrow columns, so the wide text is not kept for that
payloads as {{ crosswalk.not_materialized() }} (
    {% if is_original %}
    select
        'import' as endpoint,
        0 as kind_rank,
        insert_id as record_id,
        distinct_id,
        event_time as event_at,
        cast(event_time as date) as event_date,
        {{ crosswalk.mixpanel_event_payload('identity_events') | indent(8) }} as payload
    from identity_events

    union all
    {% endif %}
    select
        'import' as endpoint,
        1 as kind_rank,
        record_id,
        distinct_id,
        event_time as event_at,
        cast(event_time as date) as event_date,
        {{ crosswalk.mixpanel_event_payload('events') | indent(8) }} as payload
    from events

    union all

    select
        'engage' as endpoint,
        2 as kind_rank,
        {{ crosswalk.stable_key([
            "'engage'", 'source', 'source_project', 'person_key', crosswalk.iso_time('updated_at'), 'properties', 'properties_once',
        ]) | indent(8) }} as record_id,
        distinct_id,
        updated_at as event_at,
        cast(updated_at as date) as event_date,
        '{"$distinct_id":' || {{ crosswalk.json_string('distinct_id') }} || ',"$ip":0,"$ignore_time":true,"$set":' || properties
        || coalesce(',"$set_once":' || nullif(properties_once, '{}'), '') || '}' as payload
    from user_records

    union all

    select
        'groups' as endpoint,
        3 as kind_rank,
        {{ crosswalk.stable_key(["'groups'", 'source', 'source_project', 'group_key', 'group_id', 'properties']) | indent(8) }} as record_id,
        '$' || group_key || '_' || group_id as distinct_id,
        first_seen_at as event_at,
        cast(first_seen_at as date) as event_date,
        '{"$group_key":' || {{ crosswalk.json_string('group_key') }} || ',"$group_id":' || {{ crosswalk.json_string('group_id') }}
        || ',"$set":' || properties || '}' as payload
    from group_records

),

{{ crosswalk.bucketed('payloads') }}

{{ crosswalk.numbered(
    'bucketed',
    ['event_date', 'bucket', 'endpoint', 'record_id', 'distinct_id', 'event_at', 'payload', crosswalk.byte_length('payload') ~ ' as payload_bytes'],
    ['event_date', 'bucket', 'event_at', 'kind_rank', crosswalk.by_bytes('record_id')],
    'send_order'
) }}
