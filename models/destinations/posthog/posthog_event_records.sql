-- depends_on: {{ ref('crosswalk_properties') }}
-- depends_on: {{ ref(var('crosswalk_properties_custom')) }}
-- depends_on: {{ ref('crosswalk_columns') }}
-- depends_on: {{ ref('crosswalk_reserved') }}

{{ config(
    materialized=crosswalk.kept_as('view'),
    incremental_strategy=crosswalk.added_by(),
    pre_hook=crosswalk.before_adding(["{{ crosswalk.delete_outdated(ref('posthog_record_versions'), 'record_version') }}"]),
    post_hook=crosswalk.after_building(),
) }}

{%- set more = ['cast(source_columns as ' ~ dbt.type_string() ~ ')'] %}

with

-- whether a key of theirs may be one of ours is seen before our part is put together, so that the audit, which asks for those rows only, does without
events as (

    select
        *,
        {{ crosswalk.has_collision('own_properties', 'posthog', parts=crosswalk.own_parts('posthog')) | indent(8) }} as may_collide
    from {{ ref('posthog_prepared_events') }}
    {{ 'where not is_built' if crosswalk.keeps_rows() }}

),

-- by itself only where theirs have to make room for it: all else puts it together with theirs, once
ours as (

    select
        *,
        case
            when may_collide then {{ crosswalk.posthog_own_object(more) | indent(12) }}
        end as our_properties
    from events

),

-- room is made only where a key of theirs may be one of ours: most rows are spliced as they are
roomed as (

    select
        *,
        case
            when not may_collide then own_properties
            {%- if 'posthog' in var('sources') %}
            when {{ crosswalk.is_native_to('posthog') }} and not {{ crosswalk.json_shares_keys('own_properties', 'our_properties') }} then own_properties
            when {{ crosswalk.is_native_to('posthog') }}
                then {{ crosswalk.json_make_room('own_properties', 'our_properties', [], "source || '_'") | indent(16) }}
            {%- endif %}
            else {{ crosswalk.json_make_room('own_properties', 'our_properties', crosswalk.reserved_names('posthog'), "source || '_'") | indent(16) }}
        end as fitted_properties
    from ours

)

select
    source,
    source_project,
    event_key,
    {{ crosswalk.posthog_event_uuid() | indent(4) }} as uuid,
    posthog_event as event,
    distinct_id,
    event_at,
    may_collide,
    case when may_collide then not {{ crosswalk.json_covers_keys('own_properties', 'fitted_properties') }} else false end as is_renamed,
    {{ crosswalk.posthog_own_object(more, before=['fitted_properties']) | indent(4) }} as properties
    {{- crosswalk.and_kept('record_version') }}
from roomed
