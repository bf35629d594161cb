-- what each person is made from, as sums of hashes over the rows, and whether an earlier build made it so
{{ config(materialized='table', enabled=crosswalk.keeps_rows()) }}

with

person_keys as (

    select * from {{ ref('hub_person_keys') }}
    where person_key is not null

),

hashed as (

    select
        source,
        source_project,
        person_key,
        {%- for part in range(1, 4) %}
        {{ crosswalk.hash_integer("sighting_version || '" ~ part ~ "'") }} as hash_{{ part }}{{ ',' if not loop.last }}
        {%- endfor %}
    from person_keys

),

summed as (

    select
        source,
        source_project,
        person_key,
        count(*) as sightings,
        sum(hash_1) as sum_1,
        sum(hash_2) as sum_2,
        sum(hash_3) as sum_3
    from hashed
    group by source, source_project, person_key

),

versions as (

    select
        source,
        source_project,
        person_key,
        {{ crosswalk.row_version(['source', 'source_project', 'person_key', 'sightings', 'sum_1', 'sum_2', 'sum_3']) }} as person_version
    from summed

)

{{ crosswalk.told_from_built('versions', 'hub_users', 'person_version') }}
