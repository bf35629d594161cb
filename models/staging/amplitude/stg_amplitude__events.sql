-- a view: the hub reads it once, and another wide copy would cost as much as the landing
{{ config(materialized='view') }}

{%- set columns = crosswalk.amplitude_columns() %}
{%- set mapped = crosswalk.mapped_source_columns('amplitude') %}
{%- set texts = ['device_id', 'user_id', 'amplitude_id', 'session_id', '$insert_id'] + crosswalk.mapped_source_columns('amplitude') %}
{%- set named = crosswalk.named_columns('amplitude', mapped) %}
{%- set dropped = crosswalk.internal_names('amplitude', 'drop') %}
{%- set known = crosswalk.amplitude_spine() + columns + dropped %}
{%- set carried = (columns + ['app']) | reject('in', mapped) | reject('in', named) | reject('in', dropped) | list %}
{%- set objects = ['event_properties', 'user_properties', 'groups'] %}

with

texts as (

    {{ crosswalk.line_texts(ref('stg_amplitude__lines'), ref('stg_amplitude__deduplicated_keys'), ['key_shape']) | indent(4) }}

),

key_shapes as (

    {{ crosswalk.key_shapes(ref('stg_amplitude__lines')) | indent(4) }}

),

-- a line with a column that no documentation knows is looked at closely
known_shapes as (

    select key_shape
    from key_shapes
    where {{ crosswalk.list_size(crosswalk.json_unknown_keys('line', known)) }} = 0

),

kept_rows as (

    {{ crosswalk.rows_to_build('amplitude', ref('stg_amplitude__rows')) | indent(4) }}

),

lines as (

    select
        kept_rows.source_project,
        kept_rows.event_key,
        kept_rows.event_name,
        kept_rows.event_at,
        kept_rows.received_at,
        kept_rows.unused_event_time{{ crosswalk.and_kept('kept_rows.row_version') }},
        texts.line,
        known_shapes.key_shape is not null as is_known_shape
    from kept_rows
    inner join texts on kept_rows.line_id = texts.line_id
    left join known_shapes on texts.key_shape = known_shapes.key_shape

),

picked_rows as (

    select
        *,
        {{ crosswalk.json_pick_text('line', texts) | indent(8) }} as texts,
        {{ crosswalk.json_pick('line', objects + named + carried) | indent(8) }} as vals,
        case when is_known_shape then {{ crosswalk.text_list([]) }} else {{ crosswalk.json_unknown_keys('line', known) }} end as unknown_keys
    from lines

),

carried as (

    select
        *,
        {{ crosswalk.carried_columns('amplitude', 'vals', objects + named + carried, carried, [
            [crosswalk.json_name('amplitude_event_time'), crosswalk.json_string('unused_event_time')],
            [crosswalk.json_name('amplitude_uuid'), "case when length(event_key) = 32 then " ~ crosswalk.json_string(crosswalk.json_text('line', 'uuid')) ~ " end"],
        ]) | indent(8) }} as documented_columns,
        {{ crosswalk.unknown_columns('amplitude', 'unknown_keys', 'line') | indent(8) }} as unknown_columns
    from picked_rows

)

select
    source_project,
    event_key,
    event_name,
    event_at,
    received_at,
    nullif({{ crosswalk.trimmed(crosswalk.json_picked('texts', texts, 'user_id')) }}, '') as user_id,
    nullif({{ crosswalk.trimmed(crosswalk.json_picked('texts', texts, 'device_id')) }}, '') as device_id,
    nullif({{ crosswalk.trimmed(crosswalk.json_picked('texts', texts, 'amplitude_id')) }}, '') as person_id,
    -- -1 is Amplitude's word for no session, 0 that of its SDKs
    nullif(nullif({{ crosswalk.json_picked('texts', texts, 'session_id') }}, '-1'), '0') as session_id,
    {{ crosswalk.group_lists(crosswalk.json_picked('vals', objects + named + carried, 'groups')) | indent(4) }} as {{ crosswalk.column('groups') }},
    {%- for column in crosswalk.mapped_source_columns('amplitude') %}
    {{ crosswalk.json_picked('texts', texts, column) }} as {{ column }},
    {%- endfor %}
    {%- for column in ['event_properties', 'user_properties'] %}
    {{ crosswalk.property_object(crosswalk.json_picked('vals', objects + named + carried, column), column) | indent(4) }} as {{ column }},
    {%- endfor %}
    '{}' as once_properties,
    {{ crosswalk.all_columns('amplitude', 'documented_columns', 'unknown_columns') | indent(4) }} as source_columns,
    {{ crosswalk.carried_columns('amplitude', 'vals', objects + named + carried, named) | indent(4) }} as named_columns,
    {{ crosswalk.json_picked('texts', texts, '$insert_id') }} as source_insert_id,
    cast(null as {{ dbt.type_string() }}) as source_distinct_id,
    case when length(event_key) = 36 then event_key end as own_uuid,
    -- Amplitude's session id is the millisecond of its start
    case
        when {{ crosswalk.safe_integer(crosswalk.json_picked('texts', texts, 'session_id')) }} between 1 and 281474976710655
            then {{ crosswalk.from_epoch_ms(crosswalk.safe_integer(crosswalk.json_picked('texts', texts, 'session_id'))) }}
    end as session_started_at
    {{- crosswalk.and_kept('row_version') }}
from carried
