-- a row for each event that there is to be: what it is made from, and whether an earlier build made it so
{{ config(materialized='table', enabled=crosswalk.keeps_rows()) }}

with

{% for source in var('sources') %}
{{ source }}_versions as (

    select * from {{ ref('stg_' ~ source ~ '__versions') }}

),

{% endfor %}
versions as (

    {%- for source in var('sources') %}
    select '{{ source }}' as source, source_project, event_key, line_id, row_version
    from {{ source }}_versions
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

{{ crosswalk.told_from_built('versions', 'hub_events', 'row_version') }}
