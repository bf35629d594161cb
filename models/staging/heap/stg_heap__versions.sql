-- what each row that counts is made from: its text, and what other rows say of it
{{ config(materialized='view', enabled=crosswalk.keeps_rows() and 'heap' in var('sources', ['amplitude'])) }}

with

session_starts as (select * from {{ ref('stg_heap__session_starts') }}),

identities as (select * from {{ ref('stg_heap__identities') }}),

kept_rows as (

    select * from {{ ref('stg_heap__rows') }}
    where outcome = 'kept'

),

told as (

    select
        kept_rows.*,
        session_starts.session_started_at,
        identities.account
    from kept_rows
    left join session_starts
        on kept_rows.source_project = session_starts.source_project and kept_rows.session_id = session_starts.session_id
    left join identities
        on kept_rows.source_project = identities.source_project and kept_rows.device_id = identities.final_id

)

select
    source_project,
    event_key,
    line_id,
    {{ crosswalk.row_version([
        "'heap'", 'source_project', 'event_key', 'line_hash', 'event_name', 'event_at', 'user_id', 'device_id', 'heap_id', 'session_id', 'event_id',
        'session_started_at', 'account',
    ]) | indent(4) }} as row_version
from told
