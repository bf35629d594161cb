with

{% for source in var('sources') %}
{{ source }}_rows as (

    select * from {{ ref('stg_' ~ source ~ '__rows') }}

),

{{ source }}_located as (

    select * from {{ ref('stg_' ~ source ~ '__located') }}

),

{{ source }}_unusable as (

    select
        '{{ source }}' as source,
        source_project,
        case when outcome = 'malformed' then 'read' else 'staging' end as stage,
        cast(null as {{ dbt.type_string() }}) as destination,
        reason,
        line_id,
        case when outcome = 'quarantined' then event_key end as event_key
    from {{ source }}_rows
    where outcome in ('malformed', 'quarantined')
    {%- for destination in var('destinations') %}

    union all

    select
        events.source,
        events.source_project,
        'destination' as stage,
        '{{ destination }}' as destination,
        events.reason,
        {{ source }}_rows.line_id,
        events.event_key
    from {{ ref(destination ~ '_routed_events') }} as events
    inner join {{ source }}_rows
        on
            events.source_project = {{ source }}_rows.source_project
            and events.event_key = {{ source }}_rows.event_key
            and {{ source }}_rows.outcome = 'kept'
    where events.outcome = 'quarantined' and events.source = '{{ source }}'
    {%- endfor %}

),

{{ source }}_quarantined as (

    select
        unusable.source,
        unusable.source_project,
        unusable.stage,
        unusable.destination,
        unusable.reason,
        located.file,
        located.line_number as line,
        unusable.event_key,
        located.line as record
    from {{ source }}_unusable as unusable
    left join {{ source }}_located as located on unusable.line_id = located.line_id

),

{% endfor %}
quarantined as (

    {%- for source in var('sources') %}
    select source, source_project, stage, destination, reason, file, line, event_key, record
    from {{ source }}_quarantined
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select
    source,
    source_project,
    stage,
    destination,
    reason,
    file,
    line,
    event_key,
    record
from quarantined
order by stage, destination, file, line
