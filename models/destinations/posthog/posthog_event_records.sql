-- depends_on: {{ ref('crosswalk_properties') }}
-- depends_on: {{ ref(var('crosswalk_properties_custom')) }}
-- depends_on: {{ ref('crosswalk_columns') }}
-- depends_on: {{ ref('crosswalk_reserved') }}

{{ config(
    materialized=crosswalk.kept_as('view'),
    incremental_strategy='append',
    pre_hook=crosswalk.before_adding(["{{ crosswalk.delete_outdated(ref('posthog_record_versions'), 'record_version') }}"]),
    post_hook=crosswalk.after_building(),
) }}

with

events as (

    select * from {{ ref('posthog_prepared_events') }}
    {{ 'where not is_built' if crosswalk.keeps_rows() }}

),

ours as (

    select
        *,
        {{ crosswalk.json_splice([
            crosswalk.posthog_own_object() | indent(12),
            'cast(source_columns as ' ~ dbt.type_string() ~ ')',
        ]) | indent(8) }} as our_properties
    from events

),

judged as (

    select
        *,
        {{ crosswalk.has_collision('own_properties', 'posthog', ours='our_properties') | indent(8) }} as may_collide
    from ours

),

-- room is made only where a key of theirs may be one of ours: most rows are spliced as they are
roomed as (

    select
        *,
        case
            {%- if 'posthog' in var('sources') %}
            when may_collide and {{ crosswalk.is_native_to('posthog') }}
                then {{ crosswalk.json_make_room('own_properties', 'our_properties', [], "source || '_'") | indent(16) }}
            {%- endif %}
            when may_collide
                then {{ crosswalk.json_make_room('own_properties', 'our_properties', crosswalk.reserved_names('posthog'), "source || '_'") | indent(16) }}
            else own_properties
        end as fitted_properties
    from judged

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
    {{ crosswalk.json_splice(['fitted_properties', 'our_properties']) | indent(4) }} as properties
    {{- crosswalk.and_kept('record_version') }}
from roomed
