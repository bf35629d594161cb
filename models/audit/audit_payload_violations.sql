with

{% for destination in var('destinations') %}
{{ destination }}_limits as (

    select * from {{ ref(destination ~ '_payload_limits') }}

),

{% endfor %}
violations as (

    {%- for destination in var('destinations') %}
    select '{{ destination }}' as destination, record_id, limit_name, limit_value, actual, effect
    from {{ destination }}_limits
    where record_id is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select
    destination,
    record_id,
    limit_name,
    cast(limit_value as {{ dbt.type_bigint() }}) as limit_value,
    cast(actual as {{ dbt.type_bigint() }}) as actual,
    effect
from violations
order by destination, limit_name, record_id
