with

parsed_rows as (

    select * from {{ ref('stg_heap__parsed_rows') }}

),

raw_lines as (

    select
        {{ crosswalk.row_position() }} as line_id,
        line
    from {{ ref('stg_heap__lines') }}

),

event_names as (

    select * from {{ ref('heap_event_names') }}

),

migrations as (

    select * from {{ ref('stg_heap__migrations') }}

),

identities as (

    select * from {{ ref('stg_heap__identities') }}

),

identified as (

    select
        parsed_rows.*,
        coalesce(event_names.event_name, parsed_rows.event_table) as event_name,
        coalesce(migrations.final_id, parsed_rows.heap_id) as device_id,
        coalesce(parsed_rows.{{ crosswalk.column('identity') }}, identities.{{ crosswalk.column('identity') }}) as user_id,
        coalesce(rings.is_cycle, false) as is_cycle,
        parsed_rows.row_time as event_at,
        cast(null as timestamp) as received_at
    from parsed_rows
    left join event_names on parsed_rows.event_table = event_names.event_table_name
    left join migrations
        on parsed_rows.source_project = migrations.source_project and parsed_rows.heap_id = migrations.from_id
    left join migrations as rings
        on parsed_rows.source_project = rings.source_project and parsed_rows.from_id = rings.from_id and parsed_rows.kind = 'migration'
    left join identities
        on
            parsed_rows.source_project = identities.source_project
            and coalesce(migrations.final_id, parsed_rows.heap_id) = identities.final_id

),

-- rows of people, sessions and accounts are no events: of them only those that cannot be used stand here
judged as (

    select
        *,
        case
            when read_error is not null then read_error
            when kind = 'migration' and is_cycle then 'migration_cycle'
            when kind = 'migration' and (from_id is null or to_id is null) then 'no_id'
            when kind in ('user', 'account') and heap_id is null then 'no_id'
            when kind = 'event' and event_table is null and {{ crosswalk.column('identity') }} is null then 'no_event_name'
            when kind = 'event' and event_at is null then 'no_time'
        end as reason
    from identified

),

{{ crosswalk.ranked_uploads('case when judged.is_listed_only then 1 else 0 end asc, ') }},

labels as (

    select
        line_id,
        dense_rank() over (
            partition by source_project, event_id, event_at
            order by case when event_table = 'pageviews' then 0 else 1 end asc, is_listed_only asc, {{ crosswalk.by_bytes('event_table') }} asc
        ) as label_rank
    from judged
    where kind = 'event' and reason is null and event_id is not null and event_table is not null

)

select
    judged.line_id,
    judged.file,
    judged.line_number,
    judged.source_project,
    judged.event_key,
    judged.event_table,
    case when judged.kind = 'event' then judged.event_name end as event_name,
    judged.event_at,
    judged.received_at,
    judged.user_id,
    judged.device_id,
    judged.heap_id,
    -- one event under several labels has one id, so it tells nothing of doubles
    cast(null as {{ dbt.type_string() }}) as insert_id,
    judged.event_id,
    judged.session_id,
    judged.file_format,
    judged.has_double_escapes,
    judged.has_nul,
    judged.has_lone_surrogate,
    judged.has_duplicate_keys,
    {{ crosswalk.row_outcome("case
            when judged.event_table is null then 'identity_row'"
        ~ (" when labels.label_rank > 1 then 'other_label'" if var('heap_label_policy') == 'first' else '')
        ~ " end") }}{{ crosswalk.and_kept('judged.line_hash') }}
from judged
left join ranked on judged.line_id = ranked.line_id
left join labels on judged.line_id = labels.line_id
where judged.kind = 'event' or judged.reason is not null
