-- a row for each event that goes out: what its record is made from, and whether an earlier build made it so
{{ config(materialized='table', enabled=crosswalk.keeps_rows() and 'mixpanel' in var('destinations', ['mixpanel', 'posthog'])) }}

with

delivered_events as (

    select * from {{ ref('mixpanel_routed_events') }}
    where outcome = 'delivered'

),

versions as (

    select
        row_version,
        distinct_id,
        {{ crosswalk.row_version([
            'row_version', 'distinct_id', 'mixpanel_event', 'usable_user_id', 'usable_device_id', crosswalk.flag_number('is_device_owner')
        ]) }} as record_version
    from delivered_events

)

{{ crosswalk.told_from_built('versions', 'mixpanel_event_records', 'record_version') }}
