-- what a row says by itself; a view: parsed_rows reads it once
{{ config(
    materialized=crosswalk.kept_as('view'),
    incremental_strategy=crosswalk.added_by(),
    pre_hook=crosswalk.before_adding(["{{ crosswalk.delete_old_landings(ref('stg_mixpanel__lines')) }}"]),
    post_hook=crosswalk.after_building(),
) }}

{%- set columns = crosswalk.mixpanel_row_keys() %}
{%- set keys = columns.keys() | list %}
{%- set top_keys = ['event', 'event_name'] + columns.values() | select | list %}

with

records as (

    select * from {{ ref('stg_mixpanel__records') }}
    where (kind in ('event', 'pipeline_event') or read_error is not null) {{- crosswalk.only_new_landings(' and') }}

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

picked_rows as (

    select
        *,
        {{ crosswalk.json_pick_text('properties', keys) | indent(8) }} as texts
    from opened

),

named as (

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
        line{{ crosswalk.and_kept('landed_in') }},
        coalesce({{ crosswalk.json_picked('top_texts', top_keys, 'event') }}, {{ crosswalk.json_picked('top_texts', top_keys, 'event_name') }}) as event_name,
        {%- for key, column in columns.items() %}
        {%- set value = crosswalk.json_picked('texts', keys, key) %}
        {{ "coalesce(" ~ value ~ ", " ~ crosswalk.json_picked('top_texts', top_keys, column) ~ ")" if column else value }} as {{ key | replace('$', '') }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from picked_rows

),

trimmed as (

    select
        *,
        {{ crosswalk.mixpanel_written_ids() | indent(8) }},
        {{ crosswalk.mixpanel_time('time') | indent(8) }} as written_time,
        case when {{ crosswalk.is_blank('insert_id') }} then null else insert_id end as usable_insert_id
    from named

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
    {{ crosswalk.mixpanel_row_key() | indent(4) }} as event_key,
    event_name,
    exported_id,
    written_before,
    written_user,
    written_device,
    named_identified,
    named_anon,
    alias_id,
    usable_insert_id,
    time,
    written_time,
    coalesce(
        {{ crosswalk.plausible_time(crosswalk.mixpanel_time('mp_processing_time_ms')) | indent(8) }},
        {{ crosswalk.plausible_time(crosswalk.mixpanel_time('mp_api_timestamp_ms')) | indent(8) }}
    ) as received_at
    {{- crosswalk.and_kept_of_line('line') }}
from trimmed
