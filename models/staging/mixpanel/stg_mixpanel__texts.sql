-- a view: each reader takes the lines that it needs
{{ config(materialized='view') }}

with

raw_lines as (

    select
        {{ crosswalk.row_position() }} as line_id,
        -- what is no JSON is no text: an engine may look into a line before it finds out that nobody asked for it
        case when is_strict then line end as line
    from {{ ref('stg_mixpanel__lines') }}

),

deduplicated_keys as (

    select * from {{ ref('stg_mixpanel__deduplicated_keys') }}

),

joined_lines as (

    select * from {{ ref('stg_mixpanel__joined_lines') }}
    where line is not null

)

select
    raw_lines.line_id,
    {{ crosswalk.json_line('coalesce(joined_lines.line, deduplicated_keys.line, raw_lines.line)', 'true') }} as line,
    coalesce(joined_lines.line, deduplicated_keys.line, raw_lines.line) as written_line
from raw_lines
left join deduplicated_keys on raw_lines.line_id = deduplicated_keys.line_id
left join joined_lines on raw_lines.line_id = joined_lines.line_id
