-- what each row that counts is made from: its text, and what other rows say of it
{{ config(materialized='view', enabled=crosswalk.keeps_rows() and 'posthog' in var('sources', ['amplitude'])) }}

with

kept_rows as (

    select * from {{ ref('stg_posthog__rows') }}
    where outcome = 'kept'

)

select
    source_project,
    event_key,
    line_id,
    {{ crosswalk.row_version(["'posthog'", 'source_project', 'event_key', 'line_hash', 'event_at', 'received_at', 'user_id', 'device_id']) }} as row_version
from kept_rows
