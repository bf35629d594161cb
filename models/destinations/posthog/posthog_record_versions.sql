-- a row for each event that goes out: what its record is made from, and whether an earlier build made it so
{{ config(materialized='table', enabled=crosswalk.keeps_rows() and 'posthog' in var('destinations', ['mixpanel', 'posthog'])) }}

{%- set by_change = var('posthog_person_properties') == 'on_change' %}

with

delivered_events as (

    select * from {{ ref('posthog_routed_events') }}
    where outcome = 'delivered'

),
{% if by_change %}
-- in this mode a record says whether the person's snapshot changed since the row before it
compared as (

    select
        *,
        case
            when cast(user_properties as {{ dbt.type_string() }}) <> '{}'
                then lag(row_version) over (
                    partition by source, source_project, distinct_id, cast(user_properties as {{ dbt.type_string() }}) = '{}'
                    order by event_at asc, coalesce(received_at, event_at) asc, {{ crosswalk.by_bytes('event_key') }} asc
                )
        end as version_before
    from delivered_events

),

{% endif %}
versions as (

    select
        row_version,
        distinct_id,
        {{ crosswalk.row_version(['row_version', 'distinct_id', 'posthog_event'] + (['version_before'] if by_change else [])) }} as record_version
    from {{ 'compared' if by_change else 'delivered_events' }}

)

{{ crosswalk.told_from_built('versions', 'posthog_event_records', 'record_version') }}
