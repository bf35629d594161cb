-- a table whatever `materialize` says: it is narrow, read several times, and dear to parse
{{ config(
    materialized=crosswalk.kept_as('table'),
    incremental_strategy=crosswalk.added_by(),
    pre_hook=crosswalk.before_adding(["{{ crosswalk.delete_old_landings(ref('stg_amplitude__lines')) }}"]),
    post_hook=crosswalk.after_building(),
) }}

{%- set texts = [
    'uuid', 'app', 'event_type', 'user_id', 'device_id', 'event_id', 'session_id', '$insert_id', 'amplitude_id', 'merged_amplitude_id', 'merge_time',
] %}
{%- set times = ['event_time', 'client_event_time', 'server_received_time', 'server_upload_time'] %}
{#- asked only where the ones above say nothing -#}
{%- set further_times = ['processed_time', 'client_upload_time'] %}
{%- set groups = ['groups', 'group_properties'] %}
{%- set keys = texts + times + further_times + groups %}

with

lines as (

    {{ crosswalk.landed_rows(ref('stg_amplitude__lines'), ref('stg_amplitude__deduplicated_keys')) | indent(4) }}

),

picked_rows as (

    select
        *,
        {{ crosswalk.json_pick_text('line', keys) | indent(8) }} as picked
    from lines

),

named as (

    select
        line_id, file, line_number, has_nul, has_lone_surrogate, has_duplicate_keys, line, read_error{{ crosswalk.and_kept('landed_in') }},
        {%- for key in texts %}
        {{ crosswalk.json_picked('picked', keys, key) }} as {{ 'insert_id' if key == '$insert_id' else key }},
        {%- endfor %}
        {%- for key in groups %}
        coalesce({{ crosswalk.json_picked('picked', keys, key) }} <> '{}', false) as has_{{ key }},
        {%- endfor %}
        {%- for key in times %}
        {{ crosswalk.json_picked('picked', keys, key) }} as {{ key }}_text,
        {{ crosswalk.parse_time(crosswalk.json_picked('picked', keys, key)) | indent(8) }} as parsed_{{ key }},
        {%- endfor %}
        {%- for key in further_times %}
        {{ crosswalk.json_picked('picked', keys, key) }} as {{ key }}{{ ',' if not loop.last }}
        {%- endfor %}
    from picked_rows

),

identified as (

    select
        *,
        {%- for key in times %}
        {{ crosswalk.plausible_time('parsed_' ~ key) }} as {{ key }},
        {%- endfor %}
        case when has_groups or has_group_properties then {{ crosswalk.json_pick('line', groups) | indent(8) }} end as picked_groups,
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
    -- Amplitude docs, Amazon S3 export: merged users stand in files of their own, under other keys
    coalesce(event_type is null and amplitude_id is not null and merged_amplitude_id is not null, false) as is_merged_user,
    nullif({{ crosswalk.trimmed('amplitude_id') }}, '') as amplitude_id,
    nullif({{ crosswalk.trimmed('merged_amplitude_id') }}, '') as merged_amplitude_id,
    {{ crosswalk.plausible_time(crosswalk.parse_time('merge_time')) | indent(4) }} as merged_at,
    nullif({{ crosswalk.trimmed('user_id') }}, '') as user_id,
    nullif({{ crosswalk.trimmed('device_id') }}, '') as device_id,
    insert_id,
    -- kept, so that nobody reads whole lines for the few rows that have some
    {%- for key in groups %}
    {{ crosswalk.json_picked('picked_groups', groups, key) }} as {{ key }}_value,
    {%- endfor %}
    has_groups or has_group_properties as has_groups,
    event_time_text,
    event_time,
    client_event_time,
    server_received_time,
    case
        when server_upload_time is not null then server_upload_time
        when server_received_time is not null then server_received_time
        else coalesce(
            {{ crosswalk.plausible_time(crosswalk.parse_time('processed_time')) | indent(12) }},
            {{ crosswalk.plausible_time(crosswalk.parse_time('client_upload_time')) | indent(12) }}
        )
    end as received_at
    {{- crosswalk.and_kept_of_line('line') }}
from identified
