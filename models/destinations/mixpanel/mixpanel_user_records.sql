-- depends_on: {{ ref('blocked_ids') }}
-- depends_on: {{ ref('crosswalk_reserved') }}
-- depends_on: {{ ref('crosswalk_properties') }}
-- depends_on: {{ ref(var('crosswalk_properties_custom')) }}

with

-- no anonymous profiles: Mixpanel loses their properties when the device is linked later
users as (

    select
        *,
        {{ crosswalk.picked_person_values('mixpanel') | indent(8) }}
    from {{ ref('hub_users') }}
    where
        {{ crosswalk.usable_id('user_id', 'mixpanel') | indent(8) }} is not null
        and {{ crosswalk.is_sampled('user_id', 'null', 'null', 'null') }}
        {%- if 'mixpanel' in var('sources') %}
        -- in its own tool a person has the profile that it had, or none
        and (has_profile or not {{ crosswalk.is_native_to('mixpanel') }})
        {%- endif %}

),

mapped as (

    select
        *,
        {{ crosswalk.user_object('mixpanel') | indent(8) }} as traits,
        -- a profile of its own tool goes out as it is
        {{ crosswalk.unless_native('mixpanel', crosswalk.person_traits('mixpanel')) | indent(8) }} as mapped_traits,
        {{ crosswalk.unless_native('mixpanel', crosswalk.person_first_touch('mixpanel')) | indent(8) }} as properties_once
    from users

),

merged as (

    select
        *,
        {{ crosswalk.json_overlay('traits', 'mapped_traits', crosswalk.reserved_names('mixpanel_profile')) | indent(8) }} as own_traits
    from mapped

)

select
    source,
    source_project,
    person_key,
    user_id as distinct_id,
    coalesce(greatest(coalesce(properties_at, context_at), coalesce(context_at, properties_at)), first_seen_at) as updated_at,
    {{ crosswalk.json_overlay('own_traits', crosswalk.json_build(crosswalk.mixpanel_markers())) | indent(4) }} as properties,
    {%- if crosswalk.sources_that_set_once() %}
    -- what is set wins over what is set once, whichever of the two Mixpanel looks at first
    case
        when {{ crosswalk.json_shares_keys('properties_once', 'own_traits') }}
            then {{ crosswalk.json_drop_keys('properties_once', crosswalk.json_keys('own_traits')) | indent(12) }}
        else properties_once
    end as properties_once
    {%- else %}
    properties_once
    {%- endif %}
from merged
-- asked of the parts: a condition on the whole would have it put together twice
where traits <> '{}' or mapped_traits <> '{}' or properties_once <> '{}'
