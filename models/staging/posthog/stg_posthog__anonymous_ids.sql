{{ config(materialized='table') }}

with

rows_with_ids as (

    select * from {{ ref('stg_posthog__parsed_rows') }}
    where person_name is not null

),

-- whoever logged in under an id is a user, whatever else the id was used for: PostHog refuses to merge such a person away
identified_ids as (

    select distinct
        source_project,
        person_name
    from rows_with_ids
    where event_name = '$identify' or (is_identified = 'true' and coalesce(person_name <> property_device_id, true))

),

nameless_ids as (

    select source_project, person_name as anonymous_id
    from rows_with_ids
    where event_name <> '$identify' and (person_name = property_device_id or is_identified = 'false')

    {{ crosswalk.union_once() }}

    select source_project, anonymous_id
    from rows_with_ids
    where event_name = '$identify' and anonymous_id <> person_name

),

-- an alias is another name of the person, unless the person had none until then
old_names as (

    select
        aliases.source_project,
        case when nameless_ids.anonymous_id is not null then aliases.person_name else aliases.alias end as anonymous_id
    from rows_with_ids as aliases
    left join nameless_ids
        on aliases.source_project = nameless_ids.source_project and aliases.person_name = nameless_ids.anonymous_id
    where aliases.event_name = '$create_alias' and aliases.alias <> aliases.person_name

),

candidates as (

    select source_project, anonymous_id
    from nameless_ids

    {{ crosswalk.union_once() }}

    select source_project, anonymous_id
    from old_names

)

select
    candidates.source_project,
    candidates.anonymous_id
from candidates
left join identified_ids
    on candidates.source_project = identified_ids.source_project and candidates.anonymous_id = identified_ids.person_name
where identified_ids.person_name is null
