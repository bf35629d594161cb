with

records as (

    select * from {{ ref('posthog_event_records') }}

)

select
    uuid,
    event,
    distinct_id,
    event_at as {{ crosswalk.column('timestamp') }},
    {{ crosswalk.as_json('properties') }} as properties
from records
