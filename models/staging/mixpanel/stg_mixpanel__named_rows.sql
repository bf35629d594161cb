-- a view: parsed_rows reads it once
{{ config(materialized='view') }}

{%- set columns = crosswalk.mixpanel_row_keys() %}
{%- set keys = columns.keys() | list %}
{%- set top_keys = ['event', 'event_name'] + columns.values() | select | list %}

with

records as (

    select * from {{ ref('stg_mixpanel__records') }}
    where kind in ('event', 'pipeline_event') or read_error is not null

),

texts as (

    select * from {{ ref('stg_mixpanel__texts') }}

),

lines as (

    select
        records.*,
        case when records.read_error is null then texts.line end as line
    from records
    left join texts on records.line_id = texts.line_id

),

opened as (

    select
        *,
        {{ crosswalk.json_pick_text('line', top_keys) | indent(8) }} as top_texts,
        {{ crosswalk.property_object(crosswalk.json_value('line', 'properties'), 'properties') | indent(8) }} as properties
    from lines

),

picked as (

    select
        *,
        {{ crosswalk.json_pick_text('properties', keys) | indent(8) }} as texts
    from opened

)

select
    line_id,
    file,
    line_number,
    source_project,
    kind,
    read_error,
    has_nul,
    has_lone_surrogate,
    has_duplicate_keys,
    properties,
    coalesce({{ crosswalk.json_picked('top_texts', top_keys, 'event') }}, {{ crosswalk.json_picked('top_texts', top_keys, 'event_name') }}) as event_name,
    {%- for key, column in columns.items() %}
    {%- set value = crosswalk.json_picked('texts', keys, key) %}
    {{ "coalesce(" ~ value ~ ", " ~ crosswalk.json_picked('top_texts', top_keys, column) ~ ")" if column else value }} as {{ key | replace('$', '') }}
    {{- ',' if not loop.last }}
    {%- endfor %}
from picked
