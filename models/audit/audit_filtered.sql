with

filtered as (

    {%- for destination in var('destinations') %}
    {%- for source in var('sources') %}
    select '{{ source }}' as source, '{{ destination }}' as destination, event_name, reason
    from {{ ref('stg_' ~ source ~ '__rows') }}
    where outcome = 'filtered'

    union all
    {% endfor %}
    select source, '{{ destination }}' as destination, event_name, reason
    from {{ ref(destination ~ '_routed_events') }}
    where outcome = 'filtered'
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select
    source,
    destination,
    event_name,
    reason,
    count(*) as {{ crosswalk.column('rows') }}
from filtered
group by source, destination, event_name, reason
order by source, destination, event_name, reason
