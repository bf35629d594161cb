-- depends_on: {{ ref('blocked_ids') }}

with

parsed_rows as (

    select * from {{ ref('stg_posthog__parsed_rows') }}

),

raw_lines as (

    select
        {{ crosswalk.row_position() }} as line_id,
        line
    from {{ ref('stg_posthog__lines') }}

),

anonymous_ids as (

    select * from {{ ref('stg_posthog__anonymous_ids') }}

),

recognized as (

    select
        parsed_rows.*,
        -- a blocked id among the properties hides no better one
        {{ crosswalk.usable_anywhere('parsed_rows.property_user_id') | indent(8) }} as told_user_id,
        {{ crosswalk.usable_anywhere('parsed_rows.property_device_id') | indent(8) }} as told_device_id,
        anonymous_ids.anonymous_id is not null as is_anonymous,
        parsed_rows.event_name in ('$create_alias', '$merge_dangerously')
        and coalesce(parsed_rows.alias <> parsed_rows.person_name, false) as names_an_alias,
        coalesce(parsed_rows.event_name = '$groupidentify' and parsed_rows.person_name = parsed_rows.group_name, false) as is_nobody,
        {{ crosswalk.not_ahead('parsed_rows.event_time', 'parsed_rows.received_at') }} as event_at
    from parsed_rows
    left join anonymous_ids
        on parsed_rows.source_project = anonymous_ids.source_project and parsed_rows.person_name = anonymous_ids.anonymous_id

),

-- a verb carries the two ids that it is about, so that a tool that links by events links them
identified as (

    select
        *,
        case
            when is_nobody then null
            when event_name = '$identify' then person_name
            when names_an_alias then case when is_anonymous and event_name = '$create_alias' then alias else person_name end
            else coalesce(told_user_id, case when not is_anonymous then person_name end)
        end as user_id,
        case
            when is_nobody then null
            when event_name = '$identify' then coalesce(nullif(anonymous_id, person_name), nullif(told_device_id, person_name))
            when names_an_alias then case when is_anonymous and event_name = '$create_alias' then person_name else alias end
            when is_anonymous then person_name
            else told_device_id
        end as device_id
    from recognized

),

judged as (

    select
        *,
        {{ crosswalk.unusable_reason() | indent(8) }} as reason
    from identified

),

{{ crosswalk.ranked_uploads() }}

select
    judged.line_id,
    judged.file,
    judged.line_number,
    judged.source_project,
    judged.event_key,
    judged.event_name,
    judged.event_at,
    judged.received_at,
    judged.distinct_id,
    judged.user_id,
    judged.device_id,
    judged.insert_id,
    judged.has_nul,
    judged.has_lone_surrogate,
    judged.has_duplicate_keys,
    {{ crosswalk.row_outcome() }}
    {{- crosswalk.and_kept('judged.line_hash') }}
from judged
left join ranked on judged.line_id = ranked.line_id
