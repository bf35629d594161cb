-- a table whatever `materialize` says: it is narrow, read several times, and dear to parse
{{ config(materialized='table') }}

{%- set texts = ['uuid', 'app', 'event_type', 'user_id', 'device_id', 'event_id', 'session_id', '$insert_id'] %}
{%- set times = ['event_time', 'client_event_time', 'server_received_time', 'server_upload_time', 'processed_time', 'client_upload_time'] %}
{%- set keys = texts + times %}

with

raw_lines as (

    select
        {{ crosswalk.row_position() }} as line_id,
        *
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
    where raw_lines.read_error is not null or not {{ crosswalk.is_blank('raw_lines.line') }}

),

picked as (

    select
        *,
        {{ crosswalk.json_pick_text('line', keys) | indent(8) }} as picked
    from lines

),

named as (

    select
        line_id, file, line_number, has_nul, has_lone_surrogate, has_duplicate_keys, line, read_error,
        {%- for key in texts %}
        {{ crosswalk.json_picked('picked', keys, key) }} as {{ 'insert_id' if key == '$insert_id' else key }},
        {%- endfor %}
        {%- for key in times %}
        {{ crosswalk.json_picked('picked', keys, key) }} as {{ key }}_text,
        {{ crosswalk.parse_time(crosswalk.json_picked('picked', keys, key)) | indent(8) }} as parsed_{{ key }}{{ ',' if not loop.last }}
        {%- endfor %}
    from picked

),

identified as (

    select
        *,
        {%- for key in times %}
        {{ crosswalk.plausible_time('parsed_' ~ key) }} as {{ key }},
        {%- endfor %}
        {{ crosswalk.canonical_uuid('uuid') | indent(8) }} as row_uuid
    from named

)

select
    line_id,
    file,
    line_number,
    read_error,
    has_nul,
    has_lone_surrogate,
    has_duplicate_keys,
    {{ crosswalk.source_project('app', 'amplitude') }} as source_project,
    case
        when row_uuid is not null then row_uuid
        when line is not null then {{ crosswalk.stable_key([
            'device_id', 'user_id', 'event_type', 'event_time_text', 'event_id', 'session_id', 'insert_id',
            crosswalk.json_text('line', 'event_properties'),
        ]) }}
    end as event_key,
    event_type as event_name,
    nullif({{ crosswalk.trimmed('user_id') }}, '') as user_id,
    nullif({{ crosswalk.trimmed('device_id') }}, '') as device_id,
    insert_id,
    event_time_text,
    event_time,
    client_event_time,
    server_received_time,
    coalesce(server_upload_time, server_received_time, processed_time, client_upload_time) as received_at
from identified
