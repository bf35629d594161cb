-- a table whatever `materialize` says: it is narrow, read several times, and dear to parse
{{ config(
    materialized=crosswalk.kept_as('table'),
    incremental_strategy=crosswalk.added_by(),
    pre_hook=crosswalk.before_adding([
        "{{ crosswalk.delete_old_landings(ref('stg_heap__lines')) }}",
        "delete from {{ this }} where event_tables <> {{ crosswalk.heap_tables_hash() }}",
    ]),
    post_hook=crosswalk.after_building(),
) }}

{%- set keys = [
    'user_id', 'id', 'event_id', 'session_id', 'time', 'type', 'object', 'event_table_name', 'identity', 'from_user_id', 'to_user_id',
    'joindate', 'lastseen', 'last_modified', 'identity_time', 'account_id',
] %}
{%- set own_identity = 'case when event_table is null then ' ~ crosswalk.column('identity') ~ ' end' %}
{%- set other_columns = crosswalk.json_drop_keys('line', crosswalk.text_list(['user_id', 'id', 'identity'])) %}
{%- set time = 'coalesce(' ~ crosswalk.time_text('parsed_time') ~ ', time)' %}

with

lines as (

    {{ crosswalk.landed_rows(ref('stg_heap__lines'), ref('stg_heap__deduplicated_keys'),
        more=['table_name', 'file_format', 'has_double_escapes'],
        unreadable="case when raw_lines.file_format = 'csv' then 'unreadable_line' else 'malformed_json' end") | indent(4) }}

),

picked_rows as (

    select
        *,
        {{ crosswalk.json_pick_text('line', keys) | indent(8) }} as picked
    from lines

),

named as (

    select
        line_id, file, line_number, table_name, file_format, has_double_escapes, has_nul, has_lone_surrogate, has_duplicate_keys, line,
        read_error{{ crosswalk.and_kept('landed_in') }},
        {%- for key in keys %}
        nullif({{ crosswalk.trimmed(crosswalk.json_picked('picked', keys, key)) }}, '') as {{ crosswalk.column(key) }}{{ ',' if not loop.last }}
        {%- endfor %}
    from picked_rows

),

kinds as (

    select
        *,
        {{ crosswalk.heap_row_kind() | indent(8) }} as kind,
        -- the number in an id is no project of ours: rows of one export have it or not, and a person would fall in two
        cast(null as {{ dbt.type_string() }}) as project_name,
        coalesce({{ crosswalk.heap_id('user_id') }}, {{ crosswalk.heap_tuple_id('id') }}) as heap_id,
        {{ crosswalk.heap_time('time') | indent(8) }} as parsed_time,
        {{ crosswalk.heap_listed_table() | indent(8) }} as listed_table
    from named

),

tabled as (

    select
        *,
        case
            when listed_table is not null or (file_format <> 'json' and table_name = 'all_events') then listed_table
            when file_format = 'json' then coalesce(type, object)
            else table_name
        end as event_table
    from kinds

)

select
    line_id,
    file,
    line_number,
    read_error,
    has_double_escapes,
    has_nul,
    has_lone_surrogate,
    has_duplicate_keys,
    table_name,
    file_format,
    {{ crosswalk.source_project('project_name', 'heap') }} as source_project,
    kind,
    event_table,
    listed_table is not null as is_listed_only,
    case
        when kind = 'account' then coalesce({{ crosswalk.heap_tuple_id('id') }}, id, account_id)
        else coalesce(heap_id, case when kind = 'user' then {{ crosswalk.heap_id('id') }} end)
    end as heap_id,
    {{ crosswalk.heap_id('from_user_id') }} as from_id,
    {{ crosswalk.heap_id('to_user_id') }} as to_id,
    {{ crosswalk.column('identity') }},
    {{ crosswalk.heap_id('event_id') }} as event_id,
    {{ crosswalk.heap_id('session_id') }} as session_id,
    {{ crosswalk.heap_time_told('parsed_time') }} as row_time,
    case
        when line is null then null
        when event_id is not null then {{ crosswalk.stable_key(['event_table', crosswalk.heap_id('event_id'), time]) }}
        -- Heap rewrites the ids of people when they merge, so they are part of a key only where nothing else tells two events apart
        else {{ crosswalk.stable_key(['event_table', time, other_columns, 'heap_id', own_identity]) }}
    end as event_key
    {{- crosswalk.and_kept_of_line('line') }}
    {{- crosswalk.and_kept(crosswalk.heap_tables_hash() ~ ' as event_tables') }}
from tabled
