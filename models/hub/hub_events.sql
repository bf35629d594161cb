-- depends_on: {{ ref('crosswalk_properties') }}
-- depends_on: {{ ref(var('crosswalk_properties_custom')) }}
-- depends_on: {{ ref('crosswalk_columns') }}
-- depends_on: {{ ref('crosswalk_internal') }}

{{ config(
    materialized=crosswalk.kept_as('view' if var('materialize', 'table') == 'view' else 'table'),
    incremental_strategy=crosswalk.added_by(),
    partition_by=crosswalk.day_partitions('event_at', 'timestamp'),
    cluster_by=crosswalk.clusters(['source', 'event_name']),
    liquid_clustered_by=crosswalk.liquid_clusters(['event_at', 'event_name']),
    pre_hook=crosswalk.before_adding(["{{ crosswalk.delete_outdated(ref('hub_event_versions'), 'row_version') }}"]),
    post_hook=crosswalk.after_building(),
) }}

with

countries as (

    select * from {{ ref('countries') }}

),

country_names as (

    select
        country_code,
        min(country_name) as country_name
    from countries
    group by country_code

),

{% for source in var('sources') %}
{{ source }}_events as (

    select
        *,
        {{ crosswalk.json_pick_text('event_properties', crosswalk.source_keys(source, 'ep', 'event')) | indent(8) }} as event_values,
        {{ crosswalk.json_pick_text('user_properties', crosswalk.source_keys(source, 'up', 'event')) | indent(8) }} as user_values
    from {{ ref('stg_' ~ source ~ '__events') }}

),

{{ source }}_in_context as (

    select
        '{{ source }}' as source,
        source_project,
        event_key,
        event_name,
        event_at,
        received_at,
        user_id,
        device_id,
        person_id,
        session_id,
        {{ crosswalk.column('groups') }},
        event_properties,
        user_properties,
        once_properties,
        source_columns,
        named_columns,
        source_insert_id,
        source_distinct_id,
        own_uuid,
        session_started_at{{ crosswalk.and_kept('row_version') }},
        {{- crosswalk.hub_context_select(source) }}
    from {{ source }}_events

),

-- joined before the union: DuckDB 2.0 may stop with an internal error where rows of several joins are united and joined again
{{ source }}_placed as (

    select
        {%- for column in crosswalk.hub_event_columns() %}
        {%- if column in crosswalk.hub_json_columns() %}
        {{ crosswalk.as_json(source ~ '_in_context.' ~ column) }} as {{ crosswalk.column(column) }}
        {%- elif column in ('country', 'country_code') and crosswalk.is_denied_column(column) %}
        {{ source }}_in_context.{{ column }}
        {%- elif column == 'country' %}
        coalesce({{ source }}_in_context.country, country_names.country_name) as country
        {%- elif column == 'country_code' %}
        coalesce(upper({{ source }}_in_context.country_code), countries.country_code) as country_code
        {%- else %}
        {{ source }}_in_context.{{ column }}
        {%- endif %}{{ ',' if not loop.last }}
        {%- endfor %}
        {{- crosswalk.and_kept(source ~ '_in_context.row_version') }}
    from {{ source }}_in_context
    left join countries on lower(trim({{ source }}_in_context.country)) = countries.match_name
    left join country_names on upper({{ source }}_in_context.country_code) = country_names.country_code

){{ ',' if not loop.last }}

{% endfor %}
{%- for source in var('sources') %}
select
    {{ crosswalk.hub_event_columns() | map('replace', 'groups', crosswalk.column('groups')) | join(',\n    ') }}
    {{- crosswalk.and_kept('row_version') }}
from {{ source }}_placed
{{ 'union all' if not loop.last }}
{% endfor %}
