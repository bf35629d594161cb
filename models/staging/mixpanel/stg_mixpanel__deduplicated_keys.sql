{{ config(materialized='table') }}

{{ crosswalk.deduplicated_keys(ref('stg_mixpanel__lines')) }}
