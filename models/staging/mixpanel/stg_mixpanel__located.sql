-- a view: line numbers are worked out only for the rows that somebody asks about
{{ config(materialized='view') }}

{{ crosswalk.located_lines(ref('stg_mixpanel__lines')) }}
