-- what goes out beside the events, as records; few, and worked out anew by each build
{{ config(materialized='table' if crosswalk.keeps_rows() else 'view') }}
{%- set at = crosswalk.column('timestamp') %}

with

identify_events as (

    select * from {{ ref('posthog_identify_events') }}

),

group_identify_events as (

    select * from {{ ref('posthog_group_identify_events') }}

),

person_updates as (

    select * from {{ ref('posthog_person_updates') }}

),

-- kind_rank: people are merged before anything is set on them; 2 are the events
records as (

    select 'identify' as kind, 0 as kind_rank, uuid, event, distinct_id, {{ at }} as event_at, cast(properties as {{ dbt.type_string() }}) as properties
    from identify_events

    union all

    select 'group_identify' as kind, 1 as kind_rank, uuid, event, distinct_id, {{ at }} as event_at, cast(properties as {{ dbt.type_string() }}) as properties
    from group_identify_events

    union all

    select 'person_update' as kind, 3 as kind_rank, uuid, event, distinct_id, {{ at }} as event_at, cast(properties as {{ dbt.type_string() }}) as properties
    from person_updates

)

select
    kind,
    kind_rank,
    uuid,
    event,
    distinct_id,
    event_at,
    properties
    {{- crosswalk.and_kept(crosswalk.row_version(['kind', 'uuid', 'event', 'distinct_id', 'event_at', 'properties']) ~ ' as record_version') }}
from records
