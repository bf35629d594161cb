{%- set listed_ids = crosswalk.json_value('properties', '$distinct_ids') %}

with

verbs as (

    select * from {{ ref('stg_mixpanel__parsed_rows') }}
    where event_name = '$merge'

),

texts as (

    select * from {{ ref('stg_mixpanel__texts') }}

),

anonymous_ids as (

    select * from {{ ref('stg_mixpanel__anonymous_ids') }}

),

opened as (

    select
        verbs.line_id,
        verbs.source_project,
        verbs.exported_id,
        {{ crosswalk.property_object(crosswalk.json_value('texts.line', 'properties'), 'properties') | indent(8) }} as properties
    from verbs
    inner join texts on verbs.line_id = texts.line_id

),

cleaned as (

    select
        line_id,
        source_project,
        exported_id,
        {{ crosswalk.json_text_lists(crosswalk.json_build([["'\"ids\"'", "cast(" ~ listed_ids ~ " as " ~ dbt.type_string() ~ ")"]])) | indent(8) }} as id_lists
    from opened
    where {{ crosswalk.json_kind(listed_ids) }} = 'array'

),

listed as (

    select
        *,
        {{ crosswalk.json_value('id_lists', 'ids') }} as ids
    from cleaned

),

-- each id with its place in the list; the event's own distinct id comes first
members as (

    select
        line_id,
        source_project,
        exported_id as member_id,
        0 as place
    from listed
    where exported_id is not null

    union all

    select
        listed.line_id,
        listed.source_project,
        {{ crosswalk.json_scalar_text(crosswalk.entry('members', 'element')) }} as member_id,
        {{ crosswalk.place_in(
            'cast(' ~ crosswalk.entry('members', 'element') ~ ' as ' ~ dbt.type_string() ~ ')', 'cast(listed.ids as ' ~ dbt.type_string() ~ ')'
        ) }} as place
    from {{ crosswalk.unfolded('listed', 'element', 'listed.ids', 'members') }}

),

judged as (

    select
        members.line_id,
        members.member_id,
        members.place,
        members.member_id like '$device:%' or anonymous_ids.anonymous_id is not null as is_device
    from members
    left join anonymous_ids
        on members.source_project = anonymous_ids.source_project and members.member_id = anonymous_ids.anonymous_id

),

-- the first that is no device stays, and a list of devices has no user
led as (

    select
        line_id,
        {{ crosswalk.earliest('member_id', ['place']) }} as user_id
    from judged
    where not is_device
    group by line_id

)

select distinct
    judged.line_id,
    led.user_id,
    {{ crosswalk.mixpanel_bare_id('judged.member_id') }} as merged_id,
    judged.is_device
from judged
inner join led on judged.line_id = led.line_id
where {{ crosswalk.mixpanel_bare_id('judged.member_id') }} <> led.user_id
