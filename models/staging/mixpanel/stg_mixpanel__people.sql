{%- set keys = ['$distinct_id', 'distinct_id', '$properties', 'properties'] %}

with

records as (

    select * from {{ ref('stg_mixpanel__records') }}
    where kind in ('profile', 'page') and read_error is null

),

texts as (

    select * from {{ ref('stg_mixpanel__texts') }}

),

lines as (

    select
        records.source_project,
        records.kind,
        texts.line
    from records
    inner join texts on records.line_id = texts.line_id

),

profiles as (

    select source_project, line as profile
    from lines
    where kind = 'profile'

    union all

    select lines.source_project, cast(results.element as {{ dbt.type_string() }}) as profile
    from lines, {{ crosswalk.each_element(crosswalk.json_value('lines.line', 'results'), 'results') }}
    where lines.kind = 'page'

),

picked as (

    select
        source_project,
        {{ crosswalk.json_pick('profile', keys) | indent(8) }} as picked
    from profiles

),

named as (

    select
        source_project,
        coalesce(
            {{ crosswalk.mixpanel_id(crosswalk.json_picked_text('picked', keys, '$distinct_id')) }},
            {{ crosswalk.mixpanel_id(crosswalk.json_picked_text('picked', keys, 'distinct_id')) }}
        ) as distinct_id,
        coalesce(
            {{ crosswalk.json_object_or_null(crosswalk.json_picked('picked', keys, '$properties')) }},
            {{ crosswalk.json_object_or_null(crosswalk.json_picked('picked', keys, 'properties')) }},
            '{}'
        ) as properties
    from picked

)

select
    source_project,
    {{ crosswalk.stable_key(['distinct_id', crosswalk.json_sorted_keys('properties')]) }} as row_key,
    {{ crosswalk.plausible_time(crosswalk.mixpanel_time(crosswalk.json_text('properties', '$last_seen'))) | indent(4) }} as seen_at,
    case when distinct_id not like '$device:%' then distinct_id end as user_id,
    case when distinct_id like '$device:%' then {{ crosswalk.mixpanel_bare_id('distinct_id') }} end as device_id,
    distinct_id as source_distinct_id,
    {{ crosswalk.json_drop_keys('properties', crosswalk.text_list(crosswalk.internal_names('mixpanel', 'drop'))) | indent(4) }} as properties
from named
where distinct_id is not null
