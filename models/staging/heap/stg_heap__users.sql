-- a row of Heap's users table each, narrow: who it is, and when it said so
{{ config(materialized='table') }}

{%- set times = ['last_modified', 'lastseen', 'identity_time', 'joindate'] %}
{%- set keys = times + [var('heap_account_property')] %}
{%- set line = 'texts.line' %}

with

texts as (

    {{ crosswalk.line_texts(ref('stg_heap__lines'), ref('stg_heap__deduplicated_keys')) | indent(4) }}

),

parsed_rows as (

    select * from {{ ref('stg_heap__parsed_rows') }}
    where kind = 'user' and heap_id is not null

),

migrations as (

    select * from {{ ref('stg_heap__migrations') }}

),

picked_rows as (

    select
        parsed_rows.source_project,
        parsed_rows.line_id,
        parsed_rows.heap_id,
        parsed_rows.{{ crosswalk.column('identity') }},
        coalesce(migrations.final_id, parsed_rows.heap_id) as final_id,
        {{ crosswalk.json_pick_text(line, keys) | indent(8) }} as picked,
        {{ crosswalk.json_text(crosswalk.json_value(line, 'properties'), var('heap_account_property')) }} as nested_account,
        {{ crosswalk.md5_hex('texts.written_line') }} as row_key
    from parsed_rows
    inner join texts on parsed_rows.line_id = texts.line_id
    left join migrations
        on parsed_rows.source_project = migrations.source_project and parsed_rows.heap_id = migrations.from_id

),

timed as (

    select
        *,
        {%- for time in times %}
        {{ crosswalk.heap_time_told(crosswalk.heap_time(crosswalk.json_picked('picked', keys, time))) | indent(8) }} as {{ time }},
        {%- endfor %}
        nullif({{ crosswalk.trimmed('coalesce(' ~ crosswalk.json_picked('picked', keys, var('heap_account_property')) ~ ', nested_account)') }}, '') as account
    from picked_rows

)

select
    source_project,
    line_id,
    row_key,
    heap_id,
    final_id,
    {{ crosswalk.column('identity') }},
    account,
    coalesce(last_modified, lastseen, identity_time, joindate) as seen_at,
    coalesce(identity_time, joindate, last_modified) as identified_at
from timed
