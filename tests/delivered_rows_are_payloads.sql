-- as many delivered rows as event payloads: what audit_route_counts says is what stands to be sent
with

delivered as (

    select
        destination,
        sum(delivered) as records
    from {{ ref('audit_route_counts') }}
    group by destination

),

payloads as (

    {%- for destination in var('destinations') %}
    select
        '{{ destination }}' as destination,
        count(*) as records
    from {{ ref(destination ~ '_payloads') }}
    {%- if destination == 'posthog' %}
    where kind = 'event'
    {%- else %}
    where endpoint = 'import'
    {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

-- the identity events of Original ID Merge stand for no source row
generated as (

    select
        destination,
        sum(records) as records
    from {{ ref('audit_generated') }}
    where kind = 'identity'
    group by destination

)

select
    payloads.destination,
    payloads.records as payloads,
    coalesce(generated.records, 0) as generated,
    coalesce(delivered.records, 0) as delivered
from payloads
left join delivered on payloads.destination = delivered.destination
left join generated on payloads.destination = generated.destination
where payloads.records <> coalesce(delivered.records, 0) + coalesce(generated.records, 0)
