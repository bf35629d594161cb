{%- set by_key = crosswalk.sources_that_set_once() %}

with

{% for source in var('sources') %}
{{ source }}_groups as (

    select * from {{ ref('stg_' ~ source ~ '__groups') }}

),

{% endfor %}
mentions as (

    {%- for source in var('sources') %}
    select
        '{{ source }}' as source,
        source_project,
        group_type,
        group_key,
        properties,
        seen_at,
        received_at,
        event_key
    from {{ source }}_groups
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

{% if by_key -%}
-- what a row says of a group is a change there, so each key has its latest value
property_values as (

    select
        mentions.source,
        mentions.source_project,
        mentions.group_type,
        mentions.group_key,
        {{ crosswalk.entry('entries', 'key') }} as property_name,
        {{ crosswalk.latest('cast(' ~ crosswalk.entry('entries', 'value') ~ ' as ' ~ dbt.type_string() ~ ')', [
            "coalesce(mentions.seen_at, timestamp '2000-01-01 00:00:00')",
            "coalesce(mentions.received_at, timestamp '2000-01-01 00:00:00')",
            crosswalk.by_bytes('mentions.event_key'),
        ]) | indent(8) }} as property_value
    from {{ crosswalk.unfolded('mentions', 'key', "coalesce(mentions.properties, '{}')", 'entries') }}
    where mentions.source in ('{{ by_key | join("', '") }}')
    group by mentions.source, mentions.source_project, mentions.group_type, mentions.group_key, property_name

),

merged as (

    select
        source,
        source_project,
        group_type,
        group_key,
        {{ crosswalk.json_object_agg('property_name', 'property_value') }} as properties
    from property_values
    group by source, source_project, group_type, group_key

),

{% endif -%}
-- an empty snapshot says nothing of the group, so it does not erase what an earlier one said
summed as (

    select
        source,
        source_project,
        group_type,
        group_key,
        {{ crosswalk.latest("nullif(properties, '{}')", [
            "coalesce(seen_at, timestamp '2000-01-01 00:00:00')",
            "coalesce(received_at, timestamp '2000-01-01 00:00:00')",
            crosswalk.by_bytes('event_key'),
        ]) | indent(8) }} as properties,
        -- no row that names the group has any time: the oldest time that an event can have says as much
        coalesce(min(seen_at), timestamp '2000-01-01 00:00:00') as first_seen_at,
        coalesce(max(seen_at), timestamp '2000-01-01 00:00:00') as last_seen_at
    from mentions
    group by source, source_project, group_type, group_key

)

select
    summed.source,
    summed.source_project,
    summed.group_type,
    summed.group_key,
    {{ crosswalk.as_json("coalesce(" ~ ("merged.properties, " if by_key else "") ~ "summed.properties, '{}')") }} as properties,
    summed.first_seen_at,
    summed.last_seen_at
from summed
{%- if by_key %}
left join merged
    on
        summed.source = merged.source
        and summed.source_project = merged.source_project
        and summed.group_type = merged.group_type
        and summed.group_key = merged.group_key
{%- endif %}
