with

payloads as (

    select * from {{ ref('posthog_payloads') }}

),

violations as (
    {{ crosswalk.limit_violations('posthog', 'payloads') }}
)

select
    record_id,
    limit_name,
    limit_value,
    actual,
    effect
from violations
