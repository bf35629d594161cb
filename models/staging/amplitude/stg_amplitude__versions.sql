-- what each row that counts is made from: its text, and what other rows say of it
{{ config(materialized='view', enabled=crosswalk.keeps_rows() and 'amplitude' in var('sources', ['amplitude'])) }}

with

kept_rows as (

    select * from {{ ref('stg_amplitude__rows') }}
    where outcome = 'kept'

)

select
    source_project,
    event_key,
    line_id,
    {{ crosswalk.row_version(["'amplitude'", 'source_project', 'event_key', 'line_hash', 'event_at', 'received_at', 'unused_event_time']) }} as row_version
from kept_rows
