-- names and counts are exact; types and the example come from about 20,000 events of a source, chosen by a hash of their keys

with

events as {{ crosswalk.not_materialized() }} (

    select * from {{ ref('hub_events') }}

),

-- wide, so each reader takes what it needs
scoped as {{ crosswalk.not_materialized() }} (

    {{ crosswalk.catalog_scopes('events', 'cast(event_at as date) as event_date') | indent(4) }}

),

totals as (

    select source, count(*) as events_read
    from events
    group by source

),

-- events of one kind mostly have the same keys in the same order, so the lists are counted before they are taken apart
key_lists as (

    select
        source,
        scope,
        {{ crosswalk.json_keys('properties') }} as names,
        count(*) as events_with,
        min(event_date) as first_day,
        max(event_date) as last_day
    from scoped
    where cast(properties as {{ dbt.type_string() }}) <> '{}'
    group by source, scope, names

),

names as (

    select
        key_lists.source,
        key_lists.scope,
        {{ crosswalk.entry('each_name', 'name') }} as name,
        cast(sum(key_lists.events_with) as {{ dbt.type_bigint() }}) as {{ crosswalk.column('rows') }},
        min(key_lists.first_day) as first_day,
        max(key_lists.last_day) as last_day
    from {{ crosswalk.unfolded('key_lists', 'text', 'key_lists.names', 'each_name') }}
    group by key_lists.source, key_lists.scope, {{ crosswalk.entry('each_name', 'name') }}
    {%- for source in var('sources') %}
    {%- for column in crosswalk.missing_columns(source) %}

    -- a documented column that the source's table does not have
    union all

    select '{{ source }}' as source, 'missing_column' as scope, {{ crosswalk.literal(column) }} as name, cast(0 as {{ dbt.type_bigint() }}) as {{ crosswalk.column('rows') }}, cast(null as date) as first_day, cast(null as date) as last_day
    {%- endfor %}
    {%- endfor %}

),

chosen_events as (

    select events.*
    from events
    inner join totals on events.source = totals.source
    where {{ crosswalk.hash_integer('events.event_key') }} < 268435456 * (20000.0 / totals.events_read)

),

chosen as (

    {{ crosswalk.catalog_scopes('chosen_events') | indent(4) }}

),

sampled as (

    select
        chosen.source,
        chosen.scope,
        {{ crosswalk.entry('entries', 'key') }} as name,
        {{ crosswalk.json_kind(crosswalk.entry('entries', 'value')) | indent(8) }} as kind,
        cast({{ crosswalk.entry('entries', 'value') }} as {{ dbt.type_string() }}) as value_text
    from {{ crosswalk.unfolded('chosen', 'key', 'chosen.properties', 'entries') }}

),

kinds as (

    select
        source,
        scope,
        name,
        {{ crosswalk.distinct_texts('kind', '|') }} as types,
        min({{ crosswalk.by_bytes("case when kind <> 'null' then substr(value_text, 1, 200) end") }}) as example
    from sampled
    group by source, scope, name

)

select
    names.source,
    names.scope,
    names.name,
    kinds.types,
    names.{{ crosswalk.column('rows') }},
    cast(cast(names.{{ crosswalk.column('rows') }} as {{ dbt.type_float() }}) / totals.events_read as {{ dbt.type_float() }}) as fill_rate,
    names.first_day,
    names.last_day,
    kinds.example
from names
inner join totals on names.source = totals.source
left join kinds
    on names.source = kinds.source and names.scope = kinds.scope and names.name = kinds.name
order by names.source, names.scope, names.name
