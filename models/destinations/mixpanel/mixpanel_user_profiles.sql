with

records as (

    select * from {{ ref('mixpanel_user_records') }}

)

select
    distinct_id,
    updated_at,
    {{- crosswalk.columns_of_their_own(var('mixpanel_profile_columns'), ['properties', 'properties_once']) }}
    {{ crosswalk.as_json('properties') }} as properties,
    {{ crosswalk.as_json('properties_once') }} as properties_once
from records
