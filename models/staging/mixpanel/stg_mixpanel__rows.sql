with

identified_rows as (

    select * from {{ ref('stg_mixpanel__identified_rows') }}

),

records as (

    select * from {{ ref('stg_mixpanel__records') }}

),

nameless_profiles as (

    select distinct line_id
    from {{ ref('stg_mixpanel__profiles') }}
    where distinct_id is null

),

raw_lines as (

    select
        line_id,
        written_line as line
    from {{ ref('stg_mixpanel__texts') }}

),

timed as (

    select
        *,
        {{ crosswalk.not_ahead('event_time') }} as event_at
    from identified_rows

),

judged as (

    select
        *,
        {{ crosswalk.unusable_reason() | indent(8) }} as reason
    from timed

),

{{ crosswalk.ranked_uploads() }}

select
    judged.line_id,
    judged.file,
    judged.line_number,
    judged.source_project,
    judged.event_key,
    judged.event_name,
    judged.event_at,
    judged.received_at,
    judged.user_id,
    judged.device_id,
    judged.person_id,
    judged.insert_id,
    judged.canonical_id,
    judged.id_before_identity,
    judged.source_distinct_id,
    judged.has_nul,
    judged.has_lone_surrogate,
    judged.has_duplicate_keys,
    {{ crosswalk.row_outcome() }}
    {{- crosswalk.and_kept('judged.line_hash') }}
from judged
left join ranked on judged.line_id = ranked.line_id

union all

-- profiles are no rows, but a line of them that leaves one out is one that nobody can use whole
select
    records.line_id,
    records.file,
    records.line_number,
    records.source_project,
    {%- for column in [
        'event_key', 'event_name', 'event_at', 'received_at', 'user_id', 'device_id', 'person_id', 'insert_id', 'canonical_id',
        'id_before_identity', 'source_distinct_id',
    ] %}
    null as {{ column }},
    {%- endfor %}
    records.has_nul,
    records.has_lone_surrogate,
    records.has_duplicate_keys,
    'quarantined' as outcome,
    'no_id' as reason
    {{- crosswalk.and_kept('null as line_hash') }}
from records
inner join nameless_profiles on records.line_id = nameless_profiles.line_id
