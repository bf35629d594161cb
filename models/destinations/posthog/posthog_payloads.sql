{{ config(
    materialized=crosswalk.kept_as('table'),
    incremental_strategy=crosswalk.added_by(),
    partition_by=crosswalk.day_partitions('event_date', 'date'),
    cluster_by=crosswalk.clusters(['bucket', 'send_order']),
    liquid_clustered_by=crosswalk.liquid_clusters(['event_date', 'bucket']),
    pre_hook=["{{ crosswalk.sorts_on_disk(true) }}"] + crosswalk.before_adding(["{{ crosswalk.delete_outdated_payloads('posthog') }}"]),
    post_hook=["{{ crosswalk.sorts_on_disk(false) }}"] + crosswalk.after_building(["{{ crosswalk.renumber() }}"]),
) }}

with

events as (

    select * from {{ ref('posthog_event_records') }} {{ crosswalk.only_new_records('new_records') }}

),

generated_records as (

    select * from {{ ref('posthog_generated_records') }}

),

-- kind_rank: people are merged before anything is set on them
records as (

    select kind, kind_rank, uuid, event, distinct_id, event_at, properties{{ crosswalk.and_kept('record_version') }}
    from generated_records

    union all

    select 'event' as kind, 2 as kind_rank, uuid, event, distinct_id, event_at, properties{{ crosswalk.and_kept('record_version') }}
    from events

),

payloads as (

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
        {{- crosswalk.and_kept('record_version') }}
    from records

)

{{ crosswalk.placed_payloads('kind', ref('posthog_payload_days')) }}
