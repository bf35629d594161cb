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

trimmed as (

    select
        *,
        {{ crosswalk.mixpanel_id('distinct_id') }} as exported_id,
        {{ crosswalk.mixpanel_id('distinct_id_before_identity') }} as written_before,
        {{ crosswalk.mixpanel_id('user_id') }} as written_user,
        {{ crosswalk.mixpanel_bare_id(crosswalk.mixpanel_id('device_id')) }} as written_device,
        case when event_name = '$identify' then {{ crosswalk.mixpanel_id('identified_id') }} end as named_identified,
        case when event_name = '$identify' then {{ crosswalk.mixpanel_id('anon_id') }} end as named_anon,
        case when event_name = '$create_alias' then {{ crosswalk.mixpanel_id('alias') }} end as alias_id,
        {{ crosswalk.mixpanel_time('time') | indent(8) }} as written_time,
        case when {{ crosswalk.is_blank('insert_id') }} then null else insert_id end as usable_insert_id
    from named_rows

),

-- the pipelines keep the id that an event was sent with, the raw export the one that it was given later
resolved as (

    select
        trimmed.*,
        coalesce(mappings.resolved_distinct_id, trimmed.exported_id) as canonical_id,
        coalesce(trimmed.written_before, case when mappings.resolved_distinct_id <> trimmed.exported_id then trimmed.exported_id end) as id_before_identity
    from trimmed
    left join mappings
        on
            trimmed.source_project = mappings.source_project
            and trimmed.exported_id = mappings.distinct_id
            and trimmed.kind = 'pipeline_event'

),

picked as (

    select
        *,
        {{ crosswalk.mixpanel_picked_id('canonical_id', 'id_before_identity', 'written_user', 'written_device') | indent(8) }} as picked_id,
        coalesce(
            written_device,
            case when canonical_id like '$device:%' then {{ crosswalk.mixpanel_bare_id('canonical_id') }} end,
            case when id_before_identity like '$device:%' then {{ crosswalk.mixpanel_bare_id('id_before_identity') }} end,
            case when written_user like '$device:%' then {{ crosswalk.mixpanel_bare_id('written_user') }} end
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
    case when written_user not like '$device:%' then written_user end as named_user,
    seen_device,
    -- an id with the prefix is a device's, on whichever side of the verb it stands
    case
        when named_identified not like '$device:%' then named_identified
        when named_identified like '$device:%' and named_anon not like '$device:%' then named_anon
    end as identified_user,
    {{ crosswalk.mixpanel_bare_id("case when named_identified like '$device:%' then named_identified else named_anon end") }} as identified_device,
    alias_id,
    usable_insert_id as insert_id,
    exported_id,
    canonical_id,
    id_before_identity,
    picked_id as source_distinct_id,
    {{ crosswalk.plausible_time(crosswalk.mixpanel_event_time('written_time', 'kind', 'time')) }} as event_time,
    coalesce(
        {{ crosswalk.plausible_time(crosswalk.mixpanel_time('mp_processing_time_ms')) | indent(8) }},
        {{ crosswalk.plausible_time(crosswalk.mixpanel_time('mp_api_timestamp_ms')) | indent(8) }}
    ) as received_at
from picked
