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
            'event_key',
        ]) | indent(8) }} as properties,
        -- no row that names the group has any time: the oldest time that an event can have says as much
        coalesce(min(seen_at), timestamp '2000-01-01 00:00:00') as first_seen_at,
        coalesce(max(seen_at), timestamp '2000-01-01 00:00:00') as last_seen_at
    from mentions
    group by source, source_project, group_type, group_key

)

select
    source,
    source_project,
    group_type,
    group_key,
    {{ crosswalk.as_json("coalesce(properties, '{}')") }} as properties,
    first_seen_at,
    last_seen_at
from summed
