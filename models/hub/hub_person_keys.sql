-- depends_on: {{ ref('blocked_ids') }}

-- whose each row is that says something of a person, and what other rows say of that: narrow, and worked out anew by each build
{{ config(materialized='table', enabled=crosswalk.keeps_rows()) }}

with

events as (

    select
        *,
        {{ crosswalk.usable_anywhere('user_id') | indent(8) }} as own_user_id,
        {{ crosswalk.usable_anywhere('device_id') | indent(8) }} as own_device_id
    from {{ ref('hub_events') }}

),
{% if crosswalk.sources_with('people') %}
person_rows as (

    select * from {{ ref('hub_person_rows') }}

),
{% endif %}
first_links as (

    select * from {{ ref('hub_identity_links') }}
    where link_rank = 1

),

sightings as (

    select source, source_project, row_version, own_user_id, own_device_id, person_id
    from events
    {%- if crosswalk.sources_with('people') %}

    union all

    select source, source_project, row_version, own_user_id, own_device_id, cast(null as {{ dbt.type_string() }}) as person_id
    from person_rows
    {%- endif %}

),

people as (

    {{ crosswalk.people_behind('sightings', 'first_links') | indent(4) }}

)

select
    source,
    source_project,
    row_version,
    {{ crosswalk.person_key('known_user_id', 'own_device_id', 'person_id') }} as person_key,
    {{ crosswalk.row_version(['row_version', 'known_user_id', crosswalk.flag_number('is_on_shared_device')]) }} as sighting_version
from people
