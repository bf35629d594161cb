-- what each row that counts is made from: its text, and what other rows say of it
{{ config(materialized='view', enabled=crosswalk.keeps_rows() and 'mixpanel' in var('sources', ['amplitude'])) }}

with

held_rows as (

    select
        *,
        {{ crosswalk.mixpanel_holder() }} as holder
    from {{ ref('stg_mixpanel__rows') }}
    where outcome in ('kept', 'filtered')

)

select
    source_project,
    event_key,
    line_id,
    {{ crosswalk.row_version([
        "'mixpanel'", 'source_project', 'event_key', 'line_hash', 'event_at', 'received_at', 'user_id', 'device_id', 'person_id', 'source_distinct_id',
        'case when holder = 1 then 1 else 0 end',
    ]) | indent(4) }} as row_version
from held_rows
where outcome = 'kept'
