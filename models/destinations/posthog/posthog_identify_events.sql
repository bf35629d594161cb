-- depends_on: {{ ref('blocked_ids') }}

with

links as (

    select * from {{ ref('hub_identity_links') }}
    where {{ crosswalk.is_from_elsewhere('posthog') }}

),

usable_links as (

    select *
    from links
    where
        {{ crosswalk.usable_id('user_id', 'posthog') | indent(8) }} is not null
        and {{ crosswalk.usable_distinct_id('device_id', 'posthog') | indent(8) }} is not null
        and user_id <> device_id
        and {{ crosswalk.byte_length('user_id') }} <= 200
        and {{ crosswalk.byte_length('device_id') }} <= 200
        and {{ crosswalk.is_sampled('user_id', 'null', 'null', 'null') }}

),

-- a device that several users shared is merged with its first user only: every further merge would make one person of strangers
ranked as (

    select
        *,
        row_number() over (partition by source, source_project, device_id order by link_rank asc) as usable_rank
    from usable_links

),

records as (

    select
        {{ crosswalk.uuid_v5('crosswalk--ident', crosswalk.stable_name(['source', 'source_project', 'device_id', 'user_id'])) | indent(8) }} as uuid,
        -- two users that their tool merged: $identify would be refused where both are known already
        case when evidence = 'merge' then '$merge_dangerously' else '$identify' end as event,
        user_id as distinct_id,
        first_seen_at,
        -- 0.0.0.0 stands in no place table, so the sender's own address is not looked up for the person
        {{ crosswalk.json_build(
            [
                ["'\"$anon_distinct_id\"'", "case when evidence <> 'merge' then " ~ crosswalk.json_string('device_id') ~ " end"],
                ["'\"alias\"'", "case when evidence = 'merge' then " ~ crosswalk.json_string('device_id') ~ " end"],
                ["'\"$' || source || '_user_id\"'", crosswalk.json_string('user_id')],
                ["'\"$' || source || '_device_id\"'", crosswalk.json_string('device_id')],
                ["'\"$ip\"'", "'\"0.0.0.0\"'"],
            ] + crosswalk.posthog_markers()
        ) | indent(8) }} as properties
    from ranked
    where usable_rank = 1

)

select
    uuid,
    event,
    distinct_id,
    first_seen_at as {{ crosswalk.column('timestamp') }},
    {{ crosswalk.as_json('properties') }} as properties
from records
