{%- set keys = ['$distinct_ids', 'distinct_id'] %}
{%- set listed_ids = crosswalk.json_picked('picked', keys, '$distinct_ids') %}

with

records as (

    select * from {{ ref('stg_mixpanel__records') }}
    where kind in ('event', 'pipeline_event') and read_error is null

),

texts as (

    select * from {{ ref('stg_mixpanel__texts') }}
    where line like '%$merge%'

),

verbs as (

    select
        texts.line_id,
        texts.line,
        coalesce({{ crosswalk.json_text('texts.line', 'event') }}, {{ crosswalk.json_text('texts.line', 'event_name') }}) as event_name,
        {{ crosswalk.json_pick(crosswalk.property_object(crosswalk.json_value('texts.line', 'properties'), 'properties'), keys) | indent(8) }} as picked
    from records
    inner join texts on records.line_id = texts.line_id

),

listed as (

    select
        line_id,
        coalesce(
            {{ crosswalk.mixpanel_id(crosswalk.json_picked_text('picked', keys, 'distinct_id')) }},
            {{ crosswalk.mixpanel_id(crosswalk.json_text('line', 'distinct_id')) }}
        ) as distinct_id,
        {{ crosswalk.json_text_lists(crosswalk.json_build([["'\"ids\"'", "cast(" ~ listed_ids ~ " as " ~ dbt.type_string() ~ ")"]])) | indent(8) }} as id_lists
    from verbs
    where event_name = '$merge' and {{ crosswalk.json_kind(listed_ids) }} = 'array'

),

led as (

    select
        line_id,
        coalesce(distinct_id, {{ crosswalk.json_text(crosswalk.json_first_of_lists('id_lists'), 'ids') }}) as user_id,
        {{ crosswalk.json_value('id_lists', 'ids') }} as ids
    from listed

)

select
    led.line_id,
    led.user_id,
    {{ crosswalk.json_scalar_text('members.element') }} as merged_id
from led, {{ crosswalk.each_element('led.ids', 'members') }}
where {{ crosswalk.json_scalar_text('members.element') }} <> led.user_id
