-- depends_on: {{ ref('blocked_ids') }}
-- no blocked id goes out, as the person or as the one that an $identify or a merge adds: it would make one person of strangers
{%- set keys = ['$anon_distinct_id', 'alias'] %}

with

payloads as (

    select
        record_id,
        kind,
        distinct_id,
        {{ crosswalk.json_pick_text(crosswalk.json_value('payload', 'properties'), keys) | indent(8) }} as ids
    from {{ ref('posthog_payloads') }}

),

picked as (

    select
        record_id,
        kind,
        distinct_id,
        coalesce({{ crosswalk.json_picked('ids', keys, '$anon_distinct_id') }}, {{ crosswalk.json_picked('ids', keys, 'alias') }}) as anonymous_id
    from payloads

)

select *
from picked
where
    {{ crosswalk.usable_id('distinct_id', 'posthog') | indent(4) }} is null
    or (kind = 'identify' and {{ crosswalk.usable_id('anonymous_id', 'posthog') | indent(4) }} is null)
