with

records as (

    select * from {{ ref('mixpanel_event_records') }}

)

select
    event_name,
    event_time,
    insert_id,
    user_id,
    device_id,
    distinct_id,
    {{- crosswalk.columns_of_their_own(var('mixpanel_event_columns'), ['properties']) }}
    {{ crosswalk.as_json('properties') }} as properties,
    received_at
from records
