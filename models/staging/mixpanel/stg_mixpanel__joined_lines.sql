{%- do crosswalk.check_lines_are_landed('stg_mixpanel__joined_lines', 'stg_mixpanel__lines') %}
{%- set is_private = crosswalk.has_private_properties() %}
-- a table whatever `materialize` says: small, and read several times
{{ config(materialized='table', post_hook="{{ crosswalk.withhold_parts(this, ref('stg_mixpanel__lines')) }}") }}

with

raw_lines as (

    select
        {{ crosswalk.row_position() }} as line_id,
        file,
        line,
        is_strict
    from {{ ref('stg_mixpanel__lines') }}
    where read_error is null and not {{ crosswalk.is_blank('line') }}

),

pages as (

    select * from {{ ref('stg_mixpanel__pages') }}

),

neighbours as (

    select
        line_id,
        line,
        lead(line_id) over (partition by file order by line_id) as next_line_id,
        lead(line) over (partition by file order by line_id) as next_line
    from raw_lines
    where not is_strict and file not in (select pages.file from pages)

),

halves as (

    select
        line_id,
        next_line_id,
        line || next_line as line,
        case when next_line_id = line_id + 1 then {{ crosswalk.json_is_strict_object('line || next_line') | indent(8) }} else false end as is_whole
    from neighbours

),

first_halves as (

    select
        *,
        coalesce(lag(is_whole) over (order by line_id), false) as is_taken
    from halves

),

{%- if is_private %}

public_lines as (

    {{ crosswalk.public_lines('mixpanel', 'first_halves', ['line_id', 'is_whole', 'is_taken'], 'is_whole and not is_taken') | indent(4) }}

),
{%- endif %}

joined as (

    select first_line_id as line_id, line{{ ', has_denied, has_hashed, has_deep' if is_private }}
    from pages

    union all

    select line_id, line{{ ', has_denied, has_hashed, has_deep' if is_private }}
    from {{ 'public_lines' if is_private else 'first_halves' }}
    where is_whole and not is_taken

),

-- what is put together is written anew with every key once, as rows with doubled keys are
repaired as (

    {{ crosswalk.json_last_key_wins('joined', 'line_id', 'line') | indent(4) }}

),

parts as (

    select raw_lines.line_id, pages.first_line_id
    from raw_lines
    inner join pages on raw_lines.file = pages.file

    union all

    select line_id, line_id as first_line_id
    from first_halves
    where is_whole and not is_taken

    union all

    select next_line_id as line_id, line_id as first_line_id
    from first_halves
    where is_whole and not is_taken

)

select
    parts.line_id,
    parts.first_line_id,
    repaired.line,
    {%- for mark in ['has_denied', 'has_hashed', 'has_deep'] if is_private %}
    coalesce(wholes.{{ mark }}, false) as {{ mark }},
    {%- endfor %}
    coalesce({{ crosswalk.json_has_duplicate_keys('joined.line') }}, false) as has_duplicate_keys
from parts
left join joined on parts.line_id = joined.line_id
left join repaired on parts.line_id = repaired.line_id
{%- if is_private %}
left join joined as wholes on parts.first_line_id = wholes.line_id
{%- endif %}
