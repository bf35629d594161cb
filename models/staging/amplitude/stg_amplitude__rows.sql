with

parsed_rows as (

    select * from {{ ref('stg_amplitude__parsed_rows') }}
    where is_merged_user is not true

),

raw_lines as (

    select
        {{ crosswalk.row_position() }} as line_id,
        line
    from {{ ref('stg_amplitude__lines') }}

),

bounded as (

    select
        *,
        {{ crosswalk.latest_time() }} as latest_time
    from parsed_rows

),

timed as (

    select
        *,
        case
            when event_time <= latest_time then event_time
            when client_event_time <= latest_time then client_event_time
            when server_received_time <= latest_time then server_received_time
        end as event_at
    from bounded

),

judged as (

    select
        *,
        {{ crosswalk.unusable_reason() | indent(8) }} as reason
    from timed

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
    judged.user_id,
    judged.device_id,
    judged.insert_id,
    judged.has_groups,
    judged.groups_value,
    judged.group_properties_value,
    -- a time that was there but could not be used is carried along as it was written
    case when coalesce(judged.event_at <> judged.event_time, true) then judged.event_time_text end as unused_event_time,
    judged.has_nul,
    judged.has_lone_surrogate,
    judged.has_duplicate_keys,
    {{ crosswalk.row_outcome() }}
    {{- crosswalk.and_kept('judged.line_hash') }}
from judged
left join ranked on judged.line_id = ranked.line_id
