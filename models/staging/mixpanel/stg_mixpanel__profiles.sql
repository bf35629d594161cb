{{ config(materialized='view') }}

{%- set ids = ['$distinct_id', 'distinct_id'] %}
{%- set objects = ['$properties', 'properties'] %}
{%- set keys = ids + objects %}

with

records as (

    select * from {{ ref('stg_mixpanel__records') }}
    where kind in ('profile', 'page') and read_error is null

),

texts as (

    select * from {{ ref('stg_mixpanel__texts') }}

),

lines as (

    select
        records.line_id,
        records.source_project,
        records.kind,
        texts.line
    from records
    inner join texts on records.line_id = texts.line_id

),

profiles as (

    select line_id, source_project, line as profile
    from lines
    where kind = 'profile'

    union all

    select lines.line_id, lines.source_project, cast({{ crosswalk.entry('results', 'element') }} as {{ dbt.type_string() }}) as profile
    from {{ crosswalk.unfolded('lines', 'element', crosswalk.json_value('lines.line', 'results'), 'results') }}
    where lines.kind = 'page'

),

picked_rows as (

    select
        *,
        {{ crosswalk.json_pick('profile', keys) | indent(8) }} as picked
    from profiles

),

named as (

    select
        *,
        coalesce(
            {{ crosswalk.mixpanel_id(crosswalk.json_picked_text('picked', keys, '$distinct_id')) }},
            {{ crosswalk.mixpanel_id(crosswalk.json_picked_text('picked', keys, 'distinct_id')) }}
        ) as distinct_id,
        coalesce({{ crosswalk.json_picked('picked', keys, '$properties') }}, {{ crosswalk.json_picked('picked', keys, 'properties') }}) as written_properties
    from picked_rows

),

opened as (

    select
        *,
        {{ crosswalk.property_object('written_properties', 'properties') | indent(8) }} as own_properties,
        case
            when {{ crosswalk.json_kind('profile') }} = 'object'
                then {{ crosswalk.json_prefix_keys(crosswalk.json_drop_keys('profile', crosswalk.text_list(keys)), "'mixpanel_'") | indent(16) }}
            else '{}'
        end as further_keys
    from named

)

select
    line_id,
    source_project,
    distinct_id,
    case
        when further_keys = '{}' then own_properties
        else {{ crosswalk.json_splice([
            'own_properties',
            crosswalk.json_make_room('further_keys', 'own_properties', [], "'mixpanel_'"),
        ]) | indent(8) }}
    end as properties
from opened
