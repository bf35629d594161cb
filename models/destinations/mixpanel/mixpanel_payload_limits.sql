with

payloads as (

    select * from {{ ref('mixpanel_payloads') }}

),

violations as (
    {{ crosswalk.limit_violations('mixpanel', 'payloads') }}
)

select
    record_id,
    limit_name,
    limit_value,
    actual,
    effect
from violations
