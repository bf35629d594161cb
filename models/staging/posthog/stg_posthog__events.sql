-- a view: the hub reads it once, and another wide copy would cost as much as the landing
{{ config(materialized='view') }}

{%- set dropped = crosswalk.internal_names('posthog', 'drop') %}
{%- set carried = crosswalk.posthog_columns() | reject('in', dropped) | list %}
{%- set known = crosswalk.posthog_spine() + crosswalk.posthog_columns() + dropped %}
{%- set keys = ['properties', '$set', '$set_once', 'uuid'] + carried %}
{%- set inner = ['$set', '$set_once', '$groups', '$session_id'] %}

with

texts as (

    {{ crosswalk.line_texts(ref('stg_posthog__lines'), ref('stg_posthog__deduplicated_keys')) | indent(4) }}

),

kept_rows as (

    {{ crosswalk.rows_to_build('posthog', ref('stg_posthog__rows')) | indent(4) }}

),

lines as (

    select
        kept_rows.*,
        texts.line
    from kept_rows
    inner join texts on kept_rows.line_id = texts.line_id

),

picked_rows as (

    select
        *,
        {{ crosswalk.json_pick('line', keys) | indent(8) }} as vals,
        {{ crosswalk.json_unknown_keys('line', known) }} as unknown_keys
    from lines

),

opened as (

    select
        *,
        {{ crosswalk.property_object(crosswalk.json_picked('vals', keys, 'properties'), 'properties') | indent(8) }} as properties
    from picked_rows

),

looked_into as (

    select
        *,
        {{ crosswalk.json_pick('properties', inner) | indent(8) }} as inside
    from opened

),

moved as (

    select
        *,
        {%- for name in ['$set', '$set_once'] %}
        {{ crosswalk.posthog_moved_object(
            crosswalk.json_picked('vals', keys, name), crosswalk.json_picked('inside', inner, name)
        ) | indent(8) }} as moved_{{ name[1:] }},
        {%- endfor %}
        {{ crosswalk.unknown_columns('posthog', 'unknown_keys', 'line') | indent(8) }} as unknown_columns
    from looked_into

),

-- what could not be moved stays beside the properties, and so does an id that is no UUID
carried as (

    select
        *,
        {{ crosswalk.carried_columns('posthog', 'vals', keys, carried, crosswalk.posthog_left_beside('vals', keys)) | indent(8) }} as documented_columns
    from moved

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
    nullif({{ crosswalk.trimmed(crosswalk.json_scalar_text(crosswalk.json_picked('inside', inner, '$session_id'))) }}, '') as session_id,
    {{ crosswalk.group_lists(crosswalk.json_picked('inside', inner, '$groups')) | indent(4) }} as {{ crosswalk.column('groups') }},
    case
        when moved_set is null and moved_set_once is null then properties
        else {{ crosswalk.json_splice([
            crosswalk.json_drop_keys('properties', crosswalk.text_list(['$set', '$set_once'])),
            crosswalk.posthog_sets(crosswalk.json_picked('inside', inner, '$set'), crosswalk.json_picked('inside', inner, '$set_once')),
        ]) | indent(8) }}
    end as event_properties,
    {%- for name, column in [('$set', 'user_properties'), ('$set_once', 'once_properties')] %}
    coalesce(
        moved_{{ name[1:] }}, cast({{ crosswalk.json_object_or_null(crosswalk.json_picked('inside', inner, name)) }} as {{ dbt.type_string() }}), '{}'
    ) as {{ column }},
    {%- endfor %}
    {{ crosswalk.all_columns('posthog', 'documented_columns', 'unknown_columns') | indent(4) }} as source_columns,
    '{}' as named_columns,
    insert_id as source_insert_id,
    distinct_id as source_distinct_id,
    case when length(event_key) = 36 then event_key end as own_uuid,
    cast(null as timestamp) as session_started_at
    {{- crosswalk.and_kept('row_version') }}
from carried
