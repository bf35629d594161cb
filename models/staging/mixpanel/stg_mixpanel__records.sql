-- a table whatever `materialize` says: narrow, and read several times
{{ config(
    materialized=crosswalk.kept_as('table'),
    incremental_strategy=crosswalk.added_by(),
    pre_hook=crosswalk.before_adding(["{{ crosswalk.delete_old_landings(ref('stg_mixpanel__lines')) }}"]),
    post_hook=crosswalk.after_building(),
) }}

{%- set keys = ['event', 'event_name', 'resolved_distinct_id', '$distinct_id', '$properties', 'distinct_id', 'properties', 'time', 'insert_id', 'results'] %}
{#- a row about a person that names none falls through to the events, where it is quarantined with its text #}
{%- set ids = ['resolved_distinct_id', '$distinct_id', 'distinct_id'] %}

with

raw_lines as (

    select
        {{ crosswalk.row_position() }} as line_id,
        file,
        line,
        is_strict,
        has_nul,
        has_lone_surrogate,
        read_error,
        line_number,
        cast(null as {{ dbt.type_string() }}) as project{{ crosswalk.and_kept('landed_in') }}
    from {{ ref('stg_mixpanel__lines') }}

),

deduplicated_keys as (

    select line_id from {{ ref('stg_mixpanel__deduplicated_keys') }}

),

joined_lines as (

    select * from {{ ref('stg_mixpanel__joined_lines') }}

),

-- a blank line is no record
lines as (

    select
        raw_lines.*,
        joined_lines.first_line_id,
        coalesce(joined_lines.has_duplicate_keys, deduplicated_keys.line_id is not null) as has_duplicate_keys,
        case when raw_lines.is_strict or joined_lines.line is not null then coalesce(joined_lines.line, raw_lines.line) end as text
    from raw_lines
    left join deduplicated_keys on raw_lines.line_id = deduplicated_keys.line_id
    left join joined_lines on raw_lines.line_id = joined_lines.line_id
    where (raw_lines.read_error is not null or not {{ crosswalk.is_blank('raw_lines.line') }})
        {{- crosswalk.only_new_landings(' and', 'raw_lines.landed_in') }}

),

picked_rows as (

    select
        *,
        {{ crosswalk.json_pick('text', keys) | indent(8) }} as picked
    from lines

),

keyed as (

    select
        *,
        {%- for key in keys %}
        {%- set value = crosswalk.json_picked('picked', keys, key) %}
        {%- set test = 'not ' ~ crosswalk.is_blank(crosswalk.json_scalar_text(value)) if key in ids else value ~ ' is not null' %}
        {{ test }} as has_{{ key | replace('$', 'dollar_') }},
        {%- endfor %}
        coalesce({{ crosswalk.json_kind(crosswalk.json_picked('picked', keys, 'results')) | indent(8) }} = 'array', false) as is_page
    from picked_rows

)

select
    line_id,
    file,
    line_number,
    {{ crosswalk.source_project('project', 'mixpanel') }} as source_project,
    case
        when first_line_id <> line_id then 'part'
        when has_event then 'event'
        when is_page then 'page'
        when has_event_name then 'pipeline_event'
        when has_resolved_distinct_id and has_distinct_id then 'mapping'
        when has_dollar_distinct_id and has_dollar_properties then 'profile'
        when has_distinct_id and has_properties and not has_time and not has_insert_id then 'profile'
        else 'event'
    end as kind,
    case
        when read_error is not null then read_error
        when first_line_id is not null or is_strict then null
        -- Mixpanel's last words where it gives up in the middle of an export
        when lower({{ crosswalk.trimmed('line') }}) = 'terminated early' then 'terminated_early'
        else 'malformed_json'
    end as read_error,
    has_nul,
    has_lone_surrogate,
    has_duplicate_keys
    {{- crosswalk.and_kept('landed_in') }}
from keyed
