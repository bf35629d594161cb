with

violations as (

    select * from {{ ref('audit_payload_violations') }}

),

limits as (

    {%- set rows = [] %}
    {%- for destination in var('destinations') %}
        {%- for limit in crosswalk.payload_limits(destination) %}{% do rows.append([destination, limit]) %}{% endfor %}
    {%- endfor %}
    {%- for destination, limit in rows %}
    select '{{ destination }}' as destination, '{{ limit['name'] }}' as limit_name, {{ limit['value'] }} as limit_value
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

counted as (

    select
        destination,
        limit_name,
        count(*) as records,
        max(actual) as worst,
        {{ crosswalk.latest('record_id', ['actual', crosswalk.by_bytes('record_id')]) | indent(8) }} as example_record_id
    from violations
    group by destination, limit_name

)

select
    limits.destination,
    limits.limit_name,
    cast(limits.limit_value as {{ dbt.type_bigint() }}) as limit_value,
    cast(coalesce(counted.records, 0) as {{ dbt.type_bigint() }}) as records,
    counted.worst,
    counted.example_record_id
from limits
left join counted on limits.destination = counted.destination and limits.limit_name = counted.limit_name
order by limits.destination, limits.limit_name
