{{ config(materialized='table') }}

with

identify_events as (

    select * from {{ ref('posthog_identify_events') }}

),

group_identify_events as (

    select * from {{ ref('posthog_group_identify_events') }}

),

events as (

    select * from {{ ref('posthog_event_records') }}

),

person_updates as (

    select * from {{ ref('posthog_person_updates') }}

),

-- kind_rank: people are merged before anything is set on them
records as (

    select 'identify' as kind, 0 as kind_rank, uuid, event, distinct_id, timestamp as event_at, cast(properties as {{ dbt.type_string() }}) as properties
    from identify_events

    union all

    select 'group_identify' as kind, 1 as kind_rank, uuid, event, distinct_id, timestamp as event_at, cast(properties as {{ dbt.type_string() }}) as properties
    from group_identify_events

    union all

    select 'event' as kind, 2 as kind_rank, uuid, event, distinct_id, event_at, properties
    from events

    union all

    select 'person_update' as kind, 3 as kind_rank, uuid, event, distinct_id, timestamp as event_at, cast(properties as {{ dbt.type_string() }}) as properties
    from person_updates

),

-- the days are counted on narrow columns, so the wide text is not kept for that
payloads as {{ crosswalk.not_materialized() }} (

    select
        kind,
        kind_rank,
        uuid as record_id,
        distinct_id,
        event_at,
        cast(event_at as date) as event_date,
        '{"uuid":"' || uuid
        || '","event":' || {{ crosswalk.json_string('event') }}
        || ',"distinct_id":' || {{ crosswalk.json_string('distinct_id') }}
        || ',"timestamp":"' || {{ crosswalk.iso_time('event_at') }}
        || '","properties":' || properties || '}' as payload
    from records

),

{{ crosswalk.bucketed('payloads') }}

{{ crosswalk.numbered(
    'bucketed',
    ['event_date', 'bucket', 'kind', 'record_id', 'distinct_id', 'event_at', 'payload', crosswalk.byte_length('payload') ~ ' as payload_bytes'],
    ['event_date', 'bucket', 'event_at', 'kind_rank', crosswalk.by_bytes('record_id')],
    'send_order'
) }}
