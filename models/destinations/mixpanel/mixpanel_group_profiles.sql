with

records as (

    select * from {{ ref('mixpanel_group_records') }}

)

select
    group_key,
    group_id,
    updated_at,
    {{ crosswalk.as_json('properties') }} as properties
from records
