{{ config(
    materialized=crosswalk.kept_as('table'),
    incremental_strategy=crosswalk.added_by(),
    pre_hook=crosswalk.before_adding(["{{ crosswalk.delete_old_landings(ref('stg_heap__lines')) }}"]),
    post_hook=crosswalk.after_building(),
) }}

{{ crosswalk.deduplicated_keys(ref('stg_heap__lines')) }}
