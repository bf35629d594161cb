with

source_rows as (

    {%- for source in var('sources') %}
    select
        '{{ source }}' as source,
        source_project,
        cast(case when outcome <> 'malformed' then event_at end as date) as event_date,
        case when outcome <> 'malformed' then event_name end as event_name,
        outcome
    from {{ ref('stg_' ~ source ~ '__rows') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

-- what staging decided is the same for every destination
staged as (

    {%- for destination in var('destinations') %}
    select
        source,
        source_project,
        '{{ destination }}' as destination,
        event_date,
        event_name,
        count(*) as rows_read,
        sum(case when outcome = 'malformed' then 1 else 0 end) as malformed,
        sum(case when outcome = 'duplicate' then 1 else 0 end) as duplicate,
        sum(case when outcome = 'filtered' then 1 else 0 end) as filtered,
        sum(case when outcome = 'quarantined' then 1 else 0 end) as quarantined,
        0 as delivered
    from source_rows
    group by source, source_project, event_date, event_name
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

routed as (

    {%- for destination in var('destinations') %}
    select
        source,
        source_project,
        '{{ destination }}' as destination,
        cast(event_at as date) as event_date,
        event_name,
        0 as rows_read,
        0 as malformed,
        0 as duplicate,
        sum(case when outcome = 'filtered' then 1 else 0 end) as filtered,
        sum(case when outcome = 'quarantined' then 1 else 0 end) as quarantined,
        0 as delivered
    from {{ ref(destination ~ '_routed_events') }}
    group by source, source_project, cast(event_at as date), event_name
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

-- counted from the payloads themselves, not from what was decided about them
delivered_counts as (

    {%- for destination in var('destinations') %}
    select
        records.source,
        records.source_project,
        '{{ destination }}' as destination,
        cast(records.event_at as date) as event_date,
        records.event_name,
        0 as rows_read,
        0 as malformed,
        0 as duplicate,
        0 as filtered,
        0 as quarantined,
        count(*) as delivered
    from {{ ref(destination ~ '_delivered_rows') }} as records
    group by records.source, records.source_project, cast(records.event_at as date), records.event_name
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

parts as (

    select source, source_project, destination, event_date, event_name, rows_read, malformed, duplicate, filtered, quarantined, delivered
    from staged

    union all

    select source, source_project, destination, event_date, event_name, rows_read, malformed, duplicate, filtered, quarantined, delivered
    from routed

    union all

    select source, source_project, destination, event_date, event_name, rows_read, malformed, duplicate, filtered, quarantined, delivered
    from delivered_counts

)

select
    source,
    source_project,
    destination,
    event_date,
    event_name,
    cast(sum(rows_read) as {{ dbt.type_bigint() }}) as rows_read,
    cast(sum(malformed) as {{ dbt.type_bigint() }}) as malformed,
    cast(sum(duplicate) as {{ dbt.type_bigint() }}) as duplicate,
    cast(sum(filtered) as {{ dbt.type_bigint() }}) as filtered,
    cast(sum(quarantined) as {{ dbt.type_bigint() }}) as quarantined,
    cast(sum(delivered) as {{ dbt.type_bigint() }}) as delivered
from parts
group by source, source_project, destination, event_date, event_name
order by source, source_project, destination, event_date, event_name
