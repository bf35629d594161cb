{%- set keys = [
    'uuid', 'app', 'event_type', 'event_time', 'client_event_time', 'server_received_time', 'server_upload_time', 'processed_time',
    'client_upload_time', 'user_id', 'device_id', 'event_id', 'session_id', '$insert_id',
] %}
{%- set times = ['event_time', 'client_event_time', 'server_received_time', 'server_upload_time', 'processed_time', 'client_upload_time'] %}

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
        line_number
    from {{ ref('stg_amplitude__lines') }}

),

deduplicated_keys as (

    select * from {{ ref('stg_amplitude__deduplicated_keys') }}

),

-- a blank line is no row
lines as (

    select
        raw_lines.line_id,
        raw_lines.file,
        raw_lines.line_number,
        raw_lines.has_nul,
        raw_lines.has_lone_surrogate,
        deduplicated_keys.line_id is not null as has_duplicate_keys,
        case when raw_lines.is_strict then coalesce(deduplicated_keys.line, raw_lines.line) end as line,
        coalesce(raw_lines.read_error, case when not raw_lines.is_strict then 'malformed_json' end) as read_error
    from raw_lines
    left join deduplicated_keys on raw_lines.line_id = deduplicated_keys.line_id
    where raw_lines.read_error is not null or trim(raw_lines.line) <> ''

),

picked as (

    select
        *,
        {{ crosswalk.json_pick_text('line', keys) }} as picked
    from lines

),

named as (

    select
        * exclude (picked),
        {%- for key in keys if key not in times %}
        {{ crosswalk.json_picked('picked', keys, key) }} as {{ 'insert_id' if key == '$insert_id' else key }},
        {%- endfor %}
        {%- for key in times %}
        {{ crosswalk.json_picked('picked', keys, key) }} as {{ key }}_text,
        {{ crosswalk.parse_time(crosswalk.json_picked('picked', keys, key)) | indent(8) }} as parsed_{{ key }}{{ ',' if not loop.last }}
        {%- endfor %}
    from picked

),

plausible as (

    select
        *,
        {%- for key in times %}
        {{ crosswalk.plausible_time('parsed_' ~ key) }} as {{ key }}{{ ',' if not loop.last }}
        {%- endfor %}
    from named

),

uploaded as (

    select
        *,
        coalesce(server_upload_time, server_received_time, processed_time, client_upload_time) as received_at,
        {{ crosswalk.canonical_uuid('uuid') }} as row_uuid
    from plausible

),

timed as (

    select
        *,
        {{ crosswalk.add_days('coalesce(received_at, ' ~ crosswalk.as_of() ~ ')', 1) }} as latest_time,
        coalesce(nullif(trim(app), ''), {{ crosswalk.literal(var('amplitude_project')) }}) as source_project
    from uploaded

),

keyed as (

    select
        *,
        case
            when event_time <= latest_time then event_time
            when client_event_time <= latest_time then client_event_time
            when server_received_time <= latest_time then server_received_time
        end as event_at,
        case
            when row_uuid is not null then row_uuid
            when line is not null then {{ crosswalk.stable_key([
                'device_id', 'user_id', 'event_type', 'event_time_text', 'event_id', 'session_id', 'insert_id',
                crosswalk.json_text('line', 'event_properties'),
            ]) }}
        end as event_key
    from timed

),

judged as (

    select
        *,
        case
            when read_error is not null then read_error
            when coalesce(trim(event_type), '') = '' then 'no_event_name'
            when event_at is null then 'no_time'
        end as reason
    from keyed

),

contested_keys as (

    select
        source_project,
        event_key
    from judged
    where reason is null
    group by source_project, event_key
    having count(*) > 1

),

-- the latest upload wins, then the larger MD5 of the line; line_id only decides between lines that are the same to the letter
ranked as (

    select
        judged.line_id,
        row_number() over (
            partition by judged.source_project, judged.event_key
            order by judged.received_at desc nulls last, {{ crosswalk.md5_hex('judged.line') }} desc, judged.line_id asc
        ) as upload_rank
    from judged
    inner join contested_keys
        on judged.source_project = contested_keys.source_project and judged.event_key = contested_keys.event_key
    where judged.reason is null

),

duplicates as (

    select line_id
    from ranked
    where upload_rank > 1

)

select
    judged.line_id,
    judged.file,
    judged.line_number,
    judged.source_project,
    judged.event_key,
    judged.event_type as event_name,
    judged.event_at,
    judged.received_at,
    nullif(trim(judged.user_id), '') as user_id,
    nullif(trim(judged.device_id), '') as device_id,
    judged.insert_id,
    judged.has_nul,
    judged.has_lone_surrogate,
    judged.has_duplicate_keys,
    case
        when judged.read_error is not null then 'malformed'
        when judged.reason is not null then 'quarantined'
        when duplicates.line_id is not null then 'duplicate'
        when not ({{ crosswalk.is_in_window('judged.event_at') }}) then 'filtered'
        else 'kept'
    end as outcome,
    case
        when judged.reason is null and duplicates.line_id is null and not ({{ crosswalk.is_in_window('judged.event_at') }})
            then 'outside_window'
        else judged.reason
    end as reason
from judged
left join duplicates on judged.line_id = duplicates.line_id
