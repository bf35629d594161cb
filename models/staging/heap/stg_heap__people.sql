{{ config(materialized='view') }}

{%- set ids = crosswalk.heap_user_ids() %}
{%- set columns = crosswalk.heap_user_columns() %}
{%- set values = ['properties'] + columns %}
{#- an `id` that names nobody is a property like any other #}
{%- set ids_but_id = ids | reject('equalto', 'id') | list %}

with

texts as (

    {{ crosswalk.line_texts(ref('stg_heap__lines'), ref('stg_heap__deduplicated_keys'), ['file_format']) | indent(4) }}

),

users as (

    select * from {{ ref('stg_heap__users') }}

),

identities as (

    select * from {{ ref('stg_heap__identities') }}

),

lines as (

    select
        users.source_project,
        users.row_key,
        users.seen_at,
        users.final_id as device_id,
        identities.{{ crosswalk.column('identity') }} as user_id,
        texts.file_format,
        texts.line
    from users
    inner join texts on users.line_id = texts.line_id
    inner join identities on users.source_project = identities.source_project and users.final_id = identities.final_id

),

picked_rows as (

    select
        *,
        {{ crosswalk.json_pick('line', values) | indent(8) }} as vals,
        case
            when
                {{ crosswalk.heap_tuple_id(crosswalk.json_text('line', 'id')) }} is null
                and {{ crosswalk.heap_id(crosswalk.json_text('line', 'user_id')) }} is not null
                then {{ crosswalk.json_drop_keys('line', crosswalk.text_list(ids_but_id + columns)) | indent(16) }}
            else {{ crosswalk.json_drop_keys('line', crosswalk.text_list(ids + columns)) | indent(12) }}
        end as other_columns
    from lines

),

custom as (

    select
        *,
        {{ crosswalk.property_object(crosswalk.json_picked('vals', values, 'properties'), 'properties') | indent(8) }} as nested_properties,
        {{ crosswalk.carried_columns('heap', 'vals', values, columns) | indent(8) }} as documented_columns,
        {{ crosswalk.heap_typed('other_columns') | indent(8) }} as own_columns,
        'heap' as source
    from picked_rows

),

merged as (

    select
        *,
        {{ crosswalk.json_overlay('own_columns', 'nested_properties') | indent(8) }} as own_properties
    from custom

)

select
    source_project,
    row_key,
    seen_at,
    user_id,
    device_id,
    cast(null as {{ dbt.type_string() }}) as source_distinct_id,
    {{ crosswalk.json_overlay('own_properties', 'documented_columns') | indent(4) }} as properties
from merged
