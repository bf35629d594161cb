-- a table whatever `materialize` says: it is narrow, and read several times
{{ config(materialized='table') }}

with

named_rows as (

    select * from {{ ref('stg_mixpanel__named_rows') }}

),

mappings as (

    select * from {{ ref('stg_mixpanel__mappings') }}

),

-- the pipelines keep the id that an event was sent with, the raw export the one that it was given later
resolved as (

    select
        named_rows.*,
        coalesce(mappings.resolved_distinct_id, named_rows.exported_id) as canonical_id,
        coalesce(
            named_rows.written_before, case when mappings.resolved_distinct_id <> named_rows.exported_id then named_rows.exported_id end
        ) as id_before_identity
    from named_rows
    left join mappings
        on
            named_rows.source_project = mappings.source_project
            and named_rows.exported_id = mappings.distinct_id
            and named_rows.kind = 'pipeline_event'

),

picked_rows as (

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
    event_key,
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
    received_at
    {{- crosswalk.and_kept('line_hash') }}
from picked_rows
