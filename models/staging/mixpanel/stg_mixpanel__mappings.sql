{%- set keys = ['distinct_id', 'resolved_distinct_id'] %}

with

records as (

    select * from {{ ref('stg_mixpanel__records') }}
    where kind = 'mapping' and read_error is null

),

texts as (

    select * from {{ ref('stg_mixpanel__texts') }}

),

picked_rows as (

    select
        records.source_project,
        {{ crosswalk.json_pick_text('texts.line', keys) | indent(8) }} as picked
    from records
    inner join texts on records.line_id = texts.line_id

),

named as (

    select
        source_project,
        {{ crosswalk.mixpanel_id(crosswalk.json_picked('picked', keys, 'distinct_id')) }} as distinct_id,
        {{ crosswalk.mixpanel_id(crosswalk.json_picked('picked', keys, 'resolved_distinct_id')) }} as resolved_distinct_id
    from picked_rows

)

-- one answer for an id, whatever the order of the files
select
    source_project,
    distinct_id,
    min({{ crosswalk.by_bytes('resolved_distinct_id') }}) as resolved_distinct_id
from named
where distinct_id is not null and resolved_distinct_id is not null
group by source_project, distinct_id
