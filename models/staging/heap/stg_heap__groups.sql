{{ config(materialized='view') }}

with

texts as (

    {{ crosswalk.line_texts(ref('stg_heap__lines'), ref('stg_heap__deduplicated_keys'), ['file_format']) | indent(4) }}

),

accounts as (

    select * from {{ ref('stg_heap__parsed_rows') }}
    where kind = 'account' and heap_id is not null

),

users as (

    select * from {{ ref('stg_heap__users') }}
    where account is not null

),

events as (

    {% if crosswalk.keeps_rows() -%}
    -- where rows are kept, the events of staging are those that a build has to make
    select source_project, event_key, event_at, user_id, device_id, cast({{ crosswalk.column('groups') }} as {{ dbt.type_string() }}) as {{ crosswalk.column('groups') }}
    from {{ ref('hub_events') }}
    where source = 'heap' and cast({{ crosswalk.column('groups') }} as {{ dbt.type_string() }}) <> '{}'
    {%- else -%}
    select * from {{ ref('stg_heap__events') }}
    where {{ crosswalk.column('groups') }} <> '{}'
    {%- endif %}

),

described as (

    select
        accounts.source_project,
        accounts.event_key,
        accounts.row_time as seen_at,
        accounts.heap_id as group_key,
        {{ crosswalk.json_drop_keys('texts.line', crosswalk.text_list(['id', 'account_id'])) | indent(8) }} as properties,
        texts.file_format
    from accounts
    inner join texts on accounts.line_id = texts.line_id

),

mentions as (

    select
        source_project,
        event_key,
        seen_at,
        cast(null as {{ dbt.type_string() }}) as user_id,
        cast(null as {{ dbt.type_string() }}) as device_id,
        group_key,
        {{ crosswalk.heap_typed('properties') | indent(8) }} as properties
    from described

    union all

    select
        source_project,
        row_key as event_key,
        seen_at,
        {{ crosswalk.column('identity') }} as user_id,
        final_id as device_id,
        account as group_key,
        cast(null as {{ dbt.type_string() }}) as properties
    from users

    union all

    select
        source_project,
        event_key,
        event_at as seen_at,
        user_id,
        device_id,
        {{ crosswalk.json_text(crosswalk.json_first_of_lists(crosswalk.column('groups')), var('heap_group_type')) }} as group_key,
        cast(null as {{ dbt.type_string() }}) as properties
    from events

)

select
    source_project,
    event_key,
    cast(null as timestamp) as received_at,
    seen_at,
    user_id,
    device_id,
    {{ crosswalk.literal(var('heap_group_type')) }} as group_type,
    group_key,
    properties
from mentions
