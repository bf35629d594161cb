{{ config(
    materialized=crosswalk.kept_as('table'),
    incremental_strategy=crosswalk.added_by(),
    partition_by=crosswalk.day_partitions('event_date', 'date'),
    cluster_by=crosswalk.clusters(['bucket', 'send_order']),
    liquid_clustered_by=crosswalk.liquid_clusters(['event_date', 'bucket']),
    pre_hook=["{{ crosswalk.sorts_on_disk(true) }}"] + crosswalk.before_adding(["{{ crosswalk.delete_outdated_payloads('mixpanel') }}"]),
    post_hook=["{{ crosswalk.sorts_on_disk(false) }}"] + crosswalk.after_building(["{{ crosswalk.renumber() }}"]),
) }}

with

events as (

    select * from {{ ref('mixpanel_event_records') }} {{ crosswalk.only_new_records('new_records') }}

),

generated_records as (

    select * from {{ ref('mixpanel_generated_records') }}

),

-- kind_rank: people are merged before their events, and profiles follow
payloads as (

    select
        'import' as endpoint,
        1 as kind_rank,
        record_id,
        distinct_id,
        event_time as event_at,
        cast(event_time as date) as event_date,
        {{ crosswalk.mixpanel_event_payload('events') | indent(8) }} as payload
        {{- crosswalk.and_kept('record_version') }}
    from events

    union all

    select endpoint, kind_rank, record_id, distinct_id, event_at, event_date, payload{{ crosswalk.and_kept('record_version') }}
    from generated_records

)

{{ crosswalk.placed_payloads('endpoint', ref('mixpanel_payload_days')) }}
