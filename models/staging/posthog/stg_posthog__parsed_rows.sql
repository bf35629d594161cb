-- a table whatever `materialize` says: it is narrow, read several times, and dear to parse
{{ config(
    materialized=crosswalk.kept_as('table'),
    incremental_strategy=crosswalk.added_by(),
    pre_hook=crosswalk.before_adding(["{{ crosswalk.delete_old_landings(ref('stg_posthog__lines')) }}"]),
    post_hook=crosswalk.after_building(),
) }}

{%- set texts = ['event', 'distinct_id', '$distinct_id', 'uuid', 'timestamp', 'created_at', 'inserted_at', '$set', '$set_once'] %}
{%- set ids = ['distinct_id', '$user_id', '$device_id', '$anon_distinct_id', 'alias', '$is_identified', '$insert_id', '$group_type', '$group_key'] %}

with

lines as (

    {{ crosswalk.landed_rows(ref('stg_posthog__lines'), ref('stg_posthog__deduplicated_keys')) | indent(4) }}

),

picked_rows as (

    select
        *,
        {{ crosswalk.json_pick_text('line', texts) | indent(8) }} as picked,
        {{ crosswalk.json_value('line', 'properties') }} as properties_value
    from lines

),

opened as (

    select
        *,
        {{ crosswalk.property_object('properties_value', 'properties') | indent(8) }} as properties
    from picked_rows

),

looked_into as (

    select
        *,
        {{ crosswalk.json_pick_text('properties', ids) | indent(8) }} as ids
    from opened

),

-- the id is kept as it was written: PostHog tells " u" and "u" apart
named as (

    select
        *,
        -- no row names its project
        cast(null as {{ dbt.type_string() }}) as project,
        coalesce({{ crosswalk.json_picked('picked', texts, 'created_at') }}, {{ crosswalk.json_picked('picked', texts, 'inserted_at') }}) as received_text,
        {{ crosswalk.canonical_uuid(crosswalk.json_picked('picked', texts, 'uuid')) | indent(8) }} as row_uuid,
        case
            {%- for place in [
                crosswalk.json_picked('picked', texts, 'distinct_id'),
                crosswalk.json_picked('picked', texts, '$distinct_id'),
                crosswalk.json_picked('ids', ids, 'distinct_id'),
            ] %}
            when not {{ crosswalk.is_blank(place) }} then {{ place }}
            {%- endfor %}
        end as distinct_id
    from looked_into

)

select
    line_id,
    file,
    line_number,
    read_error,
    has_nul,
    has_lone_surrogate,
    has_duplicate_keys,
    {{ crosswalk.source_project('project', 'posthog') }} as source_project,
    case
        when row_uuid is not null then row_uuid
        when line is not null then {{ crosswalk.stable_key([
            crosswalk.json_picked('picked', texts, 'event'),
            'distinct_id',
            crosswalk.json_picked('picked', texts, 'timestamp'),
            "(properties || coalesce(" ~ crosswalk.json_picked('picked', texts, '$set') ~ ", '') || coalesce(" ~ crosswalk.json_picked('picked', texts, '$set_once') ~ ", ''))",
        ]) }}
    end as event_key,
    {{ crosswalk.json_picked('picked', texts, 'event') }} as event_name,
    distinct_id,
    nullif({{ crosswalk.trimmed('distinct_id') }}, '') as person_name,
    nullif({{ crosswalk.trimmed(crosswalk.json_picked('ids', ids, '$user_id')) }}, '') as property_user_id,
    nullif({{ crosswalk.trimmed(crosswalk.json_picked('ids', ids, '$device_id')) }}, '') as property_device_id,
    nullif({{ crosswalk.trimmed(crosswalk.json_picked('ids', ids, '$anon_distinct_id')) }}, '') as anonymous_id,
    nullif({{ crosswalk.trimmed(crosswalk.json_picked('ids', ids, 'alias')) }}, '') as alias,
    {{ crosswalk.json_picked('ids', ids, '$is_identified') }} as is_identified,
    -- the name that PostHog's libraries give a group that no person stands behind
    '$' || {{ crosswalk.json_picked('ids', ids, '$group_type') }} || '_' || {{ crosswalk.json_picked('ids', ids, '$group_key') }} as group_name,
    {{ crosswalk.json_picked('ids', ids, '$insert_id') }} as insert_id,
    {{ crosswalk.plausible_time(crosswalk.parse_time(crosswalk.json_picked('picked', texts, 'timestamp'))) | indent(4) }} as event_time,
    {{ crosswalk.plausible_time(crosswalk.parse_time('received_text')) | indent(4) }} as received_at
    {{- crosswalk.and_kept_of_line('line') }}
from named
