{{ config(materialized='view') }}

{%- set group_keys = var('mixpanel_group_keys') %}

with

texts as (

    select * from {{ ref('stg_mixpanel__texts') }}

),

-- a row that is quarantined for its time still names its groups
readable_rows as (

    select * from {{ ref('stg_mixpanel__rows') }}
    where {{ "outcome in ('kept', 'quarantined')" if group_keys else 'false' }}

),

opened as (

    select
        readable_rows.*,
        {{ crosswalk.property_object(crosswalk.json_value('texts.line', 'properties'), 'properties') | indent(8) }} as properties
    from readable_rows
    inner join texts on readable_rows.line_id = texts.line_id

),

lines as (

    select
        *,
        coalesce(event_at, received_at) as seen_at,
        {{ crosswalk.json_text_lists(crosswalk.json_keep_keys('properties', crosswalk.text_list(group_keys))) | indent(8) }} as {{ crosswalk.column('groups') }}
    from opened

)

-- Mixpanel's exports hold no properties of groups
{{ crosswalk.named_groups('lines') }}
