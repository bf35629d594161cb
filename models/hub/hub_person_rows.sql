-- depends_on: {{ ref('blocked_ids') }}
-- depends_on: {{ ref('crosswalk_properties') }}
-- depends_on: {{ ref(var('crosswalk_properties_custom')) }}

-- the rows of tables of people: small beside the events; a view, read together with them, or a table where two models read it
{{ config(materialized='table' if crosswalk.keeps_rows() else 'view', enabled=crosswalk.sources_with('people') | length > 0) }}

with

{% for source in crosswalk.sources_with('people') %}
{{ source }}_people as (

    select * from {{ ref('stg_' ~ source ~ '__people') }}

),

{{ source }}_last_events as (

    select
        source_project,
        max(event_at) as last_event_at
    from {{ ref('stg_' ~ source ~ '__rows') }}
    where outcome = 'kept'
    group by source_project

),

{% endfor %}
people as (

    {%- for source in crosswalk.sources_with('people') %}
    -- a table that does not say when a row was written tells of its people as they were at the end of the history
    select
        '{{ source }}' as source,
        {{ source }}_people.source_project,
        {{ source }}_people.row_key as event_key,
        coalesce({{ source }}_people.seen_at, {{ source }}_last_events.last_event_at, timestamp '2000-01-01 00:00:00') as event_at,
        {{ source }}_people.user_id,
        {{ source }}_people.device_id,
        {{ source }}_people.source_distinct_id,
        {{ source }}_people.properties as user_properties
    from {{ source }}_people
    left join {{ source }}_last_events on {{ source }}_people.source_project = {{ source }}_last_events.source_project
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

picked_rows as (

    select
        *,
        '{}' as once_properties,
        '{}' as event_properties,
        '{}' as source_columns,
        {{ crosswalk.json_pick('user_properties', crosswalk.user_keys()) | indent(8) }} as user_values,
        {{ crosswalk.json_pick("'{}'", crosswalk.user_keys()) if crosswalk.sources_that_set_once() else 'null' }} as once_values,
        {{ crosswalk.json_pick("'{}'", crosswalk.person_keys()) if crosswalk.person_keys() else 'null' }} as person_values
    from people

),

dated as (

    select
        *,
        {{ crosswalk.event_created_text() | indent(8) }} as person_created_text
    from picked_rows

)

select
    source,
    source_project,
    event_key,
    event_at,
    {{ crosswalk.usable_anywhere('user_id') | indent(4) }} as own_user_id,
    {{ crosswalk.usable_anywhere('device_id') | indent(4) }} as own_device_id,
    source_distinct_id,
    user_properties,
    {{ crosswalk.first_touch_object() | indent(4) }} as first_touch,
    {{ crosswalk.event_created_at('person_created_text') | indent(4) }} as person_created_at
    {{- crosswalk.and_kept(crosswalk.row_version([
        'source', 'source_project', 'event_key', 'event_at', 'user_id', 'device_id', 'source_distinct_id', 'user_properties',
    ]) ~ ' as row_version') }}
from dated
