-- depends_on: {{ ref('blocked_ids') }}
-- no blocked id goes out, as the person or as the device of an $identify: it would make one person of strangers
with

payloads as (

    select
        record_id,
        kind,
        distinct_id,
        {{ crosswalk.json_text(crosswalk.json_value('payload', 'properties'), '$anon_distinct_id') }} as anonymous_id
    from {{ ref('posthog_payloads') }}

)

select *
from payloads
where
    {{ crosswalk.usable_id('distinct_id', 'posthog') | indent(4) }} is null
    or (kind = 'identify' and {{ crosswalk.usable_id('anonymous_id', 'posthog') | indent(4) }} is null)
