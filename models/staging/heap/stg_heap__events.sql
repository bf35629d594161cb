-- a view: the hub reads it once, and another wide copy would cost as much as the landing
{{ config(materialized='view') }}

{%- set mapped = crosswalk.mapped_source_columns('heap') %}
{%- set named = crosswalk.named_columns('heap', mapped) %}
{%- set dropped = crosswalk.internal_names('heap', 'drop') %}
{%- set columns = crosswalk.heap_columns() %}
{%- set carried = (columns + ['session_time']) | reject('in', mapped) | reject('in', named) | reject('in', dropped) | list %}
{%- set values = ['properties', 'object', var('heap_account_property')] + named + carried %}
{%- set known = crosswalk.heap_spine() + columns + dropped %}
{%- set known_but_id = known | reject('equalto', 'id') | list %}
{%- set texts = mapped + [var('heap_account_property'), 'type', 'object', 'session_id'] %}

with

texts as (

    {{ crosswalk.line_texts(ref('stg_heap__lines'), ref('stg_heap__deduplicated_keys')) | indent(4) }}

),

session_starts as (select * from {{ ref('stg_heap__session_starts') }}),

identities as (select * from {{ ref('stg_heap__identities') }}),

kept_rows as (

    {{ crosswalk.rows_to_build('heap', ref('stg_heap__rows')) | indent(4) }}

),

lines as (

    select
        kept_rows.*,
        'heap' as source,
        session_starts.session_started_at,
        identities.account,
        texts.line
    from kept_rows
    inner join texts on kept_rows.line_id = texts.line_id
    left join session_starts
        on kept_rows.source_project = session_starts.source_project and kept_rows.session_id = session_starts.session_id
    left join identities
        on kept_rows.source_project = identities.source_project and kept_rows.device_id = identities.final_id

),

picked_rows as (

    select
        *,
        {{ crosswalk.json_pick_text('line', texts) | indent(8) }} as texts,
        {{ crosswalk.json_pick('line', values) | indent(8) }} as vals,
        -- an `id` that is no pair of Heap's is a property like any other
        case
            when {{ crosswalk.heap_tuple_id(crosswalk.json_text('line', 'id')) }} is null
                then {{ crosswalk.json_unknown_keys('line', known_but_id) }}
            else {{ crosswalk.json_unknown_keys('line', known) }}
        end as unknown_keys
    from lines

),

-- a table's further columns are custom properties; the export in JSON has those in an object of their own
custom as (

    select
        *,
        {{ crosswalk.property_object(crosswalk.json_picked('vals', values, 'properties'), 'properties') | indent(8) }} as nested_properties,
        case
            when {{ crosswalk.list_size('unknown_keys') }} = 0 then '{}'
            else {{ crosswalk.json_keep_keys('line', 'unknown_keys') | indent(12) }}
        end as other_columns,
        {{ crosswalk.carried_columns('heap', 'vals', values, carried, [
            [crosswalk.json_name('heap_project_id'), crosswalk.json_string(crosswalk.heap_tuple_project(crosswalk.json_text('line', 'id')))],
            [crosswalk.json_name('heap_object'), crosswalk.heap_object(crosswalk.json_picked('vals', values, 'object'), texts)],
            [crosswalk.json_name('heap_original_user_id'), "case when heap_id <> device_id then " ~ crosswalk.json_string('heap_id') ~ " end"],
        ]) | indent(8) }} as documented_columns
    from picked_rows

),

typed as (

    select
        *,
        {{ crosswalk.heap_typed('other_columns') | indent(8) }} as own_columns
    from custom

)

select
    source_project,
    event_key,
    event_name,
    event_at,
    received_at,
    user_id,
    device_id,
    cast(null as {{ dbt.type_string() }}) as person_id,
    session_id,
    {{ crosswalk.heap_event_groups(crosswalk.json_picked('texts', texts, var('heap_account_property')), 'nested_properties') | indent(4) }}
        as {{ crosswalk.column('groups') }},
    {%- for column in mapped %}
    {{ crosswalk.json_picked('texts', texts, column) }} as {{ crosswalk.column(column) }},
    {%- endfor %}
    {{ crosswalk.json_overlay('own_columns', 'nested_properties') | indent(4) }} as event_properties,
    '{}' as user_properties,
    '{}' as once_properties,
    documented_columns as source_columns,
    {{ crosswalk.carried_columns('heap', 'vals', values, named | reject('equalto', 'session_id') | list, [
        [crosswalk.json_name('heap_session_id'), crosswalk.heap_session(crosswalk.json_picked('vals', values, 'session_id'), crosswalk.json_picked('texts', texts, 'session_id'))],
    ]) | indent(4) }} as named_columns,
    event_id as source_insert_id,
    cast(null as {{ dbt.type_string() }}) as source_distinct_id,
    cast(null as {{ dbt.type_string() }}) as own_uuid,
    session_started_at
    {{- crosswalk.and_kept('row_version') }}
from typed
