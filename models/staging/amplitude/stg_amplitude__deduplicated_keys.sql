{{ config(materialized='table') }}

{{ crosswalk.deduplicated_keys(ref('stg_amplitude__lines')) }}
