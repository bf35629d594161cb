{{ config(materialized='table') }}

{%- set lines %}
select line_id, line from {{ ref('stg_mixpanel__texts') }}
where line is not null
{% endset %}

{{ crosswalk.private_lines('mixpanel', lines | trim) }}
