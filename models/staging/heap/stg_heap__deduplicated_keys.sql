{{ config(materialized='table') }}

{{ crosswalk.deduplicated_keys(ref('stg_heap__lines')) }}
