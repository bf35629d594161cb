{{ config(materialized='table') }}

{{ crosswalk.deduplicated_keys(ref('stg_posthog__lines')) }}
