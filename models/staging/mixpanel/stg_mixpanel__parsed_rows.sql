-- a table whatever `materialize` says: it is narrow, read several times, and dear to parse
{{ config(materialized='table') }}

{%- set names = crosswalk.mixpanel_dropped_names() + crosswalk.mixpanel_rewritten_names() %}
{%- set sent_id = 'coalesce(written_before, exported_id)' %}
{%- set moment = 'coalesce(' ~ crosswalk.iso_time('written_time') ~ ', time)' %}
{%- set own_parts = crosswalk.json_sorted_keys(crosswalk.json_drop_keys('properties', crosswalk.text_list(names))) %}

with

named_rows as (

    select * from {{ ref('stg_mixpanel__named_rows') }}

),

mappings as (

    select * from {{ ref('stg_mixpanel__mappings') }}

),

merged_ids as (

    select
        line_id,
        min(user_id) as user_id,
        min(merged_id) as merged_id
    from {{ ref('stg_mixpanel__merged_ids') }}
    group by line_id

),

trimmed as (

    select
        *,
        {{ crosswalk.mixpanel_id('distinct_id') }} as exported_id,
        {{ crosswalk.mixpanel_id('distinct_id_before_identity') }} as written_before,
        {{ crosswalk.mixpanel_id('user_id') }} as written_user,
        {{ crosswalk.mixpanel_bare_id(crosswalk.mixpanel_id('device_id')) }} as written_device,
        {{ crosswalk.mixpanel_id('identified_id') }} as identified_user,
        {{ crosswalk.mixpanel_bare_id(crosswalk.mixpanel_id('anon_id')) }} as identified_device,
        {{ crosswalk.mixpanel_bare_id(crosswalk.mixpanel_id('alias')) }} as alias_id,
        {{ crosswalk.mixpanel_time('time') | indent(8) }} as written_time,
        case when {{ crosswalk.is_blank('insert_id') }} then null else insert_id end as usable_insert_id
    from named_rows

),

-- the pipelines keep the id that an event was sent with, the raw export the one that it was given later
resolved as (

    select
        trimmed.*,
        coalesce(mappings.resolved_distinct_id, trimmed.exported_id) as canonical_id,
        coalesce(trimmed.written_before, case when mappings.resolved_distinct_id <> trimmed.exported_id then trimmed.exported_id end) as id_before_identity,
        merged_ids.user_id as merging_id,
        merged_ids.merged_id
    from trimmed
    left join mappings
        on
            trimmed.source_project = mappings.source_project
            and trimmed.exported_id = mappings.distinct_id
            and trimmed.kind = 'pipeline_event'
    left join merged_ids on trimmed.line_id = merged_ids.line_id

),

picked as (

    select
        *,
        {{ crosswalk.mixpanel_picked_id('canonical_id', 'id_before_identity', 'written_user', 'written_device') | indent(8) }} as picked_id,
        coalesce(
            written_device,
            case when canonical_id like '$device:%' then {{ crosswalk.mixpanel_bare_id('canonical_id') }} end,
            case when id_before_identity like '$device:%' then {{ crosswalk.mixpanel_bare_id('id_before_identity') }} end
        ) as seen_device
    from resolved

)

select
    line_id,
    file,
    line_number,
    read_error,
    has_nul,
    has_lone_surrogate,
    has_duplicate_keys,
    source_project,
    case
        when read_error is not null then null
        when usable_insert_id is not null then {{ crosswalk.stable_key(['event_name', sent_id, moment, 'usable_insert_id']) }}
        else {{ crosswalk.stable_key(['event_name', sent_id, moment, 'written_user', 'written_device', own_parts]) }}
    end as event_key,
    event_name,
    coalesce(
        case event_name when '$identify' then identified_user when '$merge' then merging_id end,
        written_user,
        {{ crosswalk.mixpanel_unless_device('picked_id', 'seen_device') }},
        {{ crosswalk.mixpanel_unless_device('canonical_id', 'seen_device') }}
    ) as user_id,
    coalesce(
        case event_name when '$identify' then identified_device when '$create_alias' then alias_id when '$merge' then merged_id end,
        seen_device
    ) as device_id,
    usable_insert_id as insert_id,
    canonical_id,
    id_before_identity,
    picked_id as source_distinct_id,
    {{ crosswalk.plausible_time(crosswalk.mixpanel_event_time('written_time', 'kind')) }} as event_time,
    coalesce(
        {{ crosswalk.plausible_time(crosswalk.mixpanel_time('mp_processing_time_ms')) | indent(8) }},
        {{ crosswalk.plausible_time(crosswalk.mixpanel_time('mp_api_timestamp_ms')) | indent(8) }}
    ) as received_at
from picked
