-- depends_on: {{ ref('blocked_ids') }}

-- a table whatever `materialize` says: it is narrow, and read several times
{{ config(materialized='table') }}

{%- set alias_is_user = "event_name = '$create_alias' and is_picked_anonymous and not is_alias_anonymous" %}

with

parsed_rows as (

    select * from {{ ref('stg_mixpanel__parsed_rows') }}

),

anonymous_ids as (

    select * from {{ ref('stg_mixpanel__anonymous_ids') }}

),

merged_ids as (

    select
        line_id,
        min({{ crosswalk.by_bytes('user_id') }}) as user_id,
        min({{ crosswalk.by_bytes('merged_id') }}) as merged_id
    from {{ ref('stg_mixpanel__merged_ids') }}
    group by line_id

),

recognized as (

    select
        parsed_rows.*,
        merged_ids.user_id as merging_user,
        merged_ids.merged_id,
        coalesce(parsed_rows.source_distinct_id like '$device:%', false) or picked.anonymous_id is not null as is_picked_anonymous,
        coalesce(parsed_rows.canonical_id like '$device:%', false) or canonical.anonymous_id is not null as is_canonical_anonymous,
        coalesce(parsed_rows.id_before_identity like '$device:%', false) or earlier.anonymous_id is not null as is_earlier_anonymous,
        coalesce(parsed_rows.alias_id like '$device:%', false) or aliases.anonymous_id is not null as is_alias_anonymous
    from parsed_rows
    left join merged_ids on parsed_rows.line_id = merged_ids.line_id
    {%- for id, name in {'source_distinct_id': 'picked', 'canonical_id': 'canonical', 'id_before_identity': 'earlier', 'alias_id': 'aliases'}.items() %}
    left join anonymous_ids as {{ name }}
        on parsed_rows.source_project = {{ name }}.source_project and parsed_rows.{{ id }} = {{ name }}.anonymous_id
    {%- endfor %}

),

-- a verb carries the two ids that it is about
identified as (

    select
        *,
        coalesce(
            case
                when event_name = '$identify' then identified_user
                when event_name = '$merge' then merging_user
                when {{ alias_is_user }} then alias_id
            end,
            named_user,
            case when not is_picked_anonymous then source_distinct_id end,
            case when not is_canonical_anonymous then canonical_id end,
            case when not is_earlier_anonymous then id_before_identity end
        ) as user_id,
        coalesce(
            case
                when event_name = '$identify' then identified_device
                when event_name = '$merge' then merged_id
                when {{ alias_is_user }} then {{ crosswalk.mixpanel_bare_id('source_distinct_id') }}
                when event_name = '$create_alias' then {{ crosswalk.mixpanel_bare_id('alias_id') }}
            end,
            case when named_user is null and is_picked_anonymous then {{ crosswalk.mixpanel_bare_id('source_distinct_id') }} end,
            seen_device,
            case when is_canonical_anonymous then {{ crosswalk.mixpanel_bare_id('canonical_id') }} end
        ) as device_id
    from recognized

)

select
    *,
    -- who Mixpanel takes the person for after all merges, where that is another user
    case when canonical_id <> user_id and not is_canonical_anonymous then {{ crosswalk.usable_id('canonical_id', 'mixpanel') | indent(4) }} end as person_id
from identified
