with

{% if 'posthog' in var('destinations') -%}
posthog_payloads as (

    select * from {{ ref('posthog_payloads') }}

),

{% endif -%}
{%- if 'mixpanel' in var('destinations') -%}
mixpanel_payloads as (

    select * from {{ ref('mixpanel_payloads') }}

),

{% endif -%}
generated as (

    {% if 'posthog' in var('destinations') -%}
    select 'posthog' as destination, kind
    from posthog_payloads
    where kind <> 'event'
    {%- endif %}
    {{ 'union all' if var('destinations') | length > 1 }}
    {% if 'mixpanel' in var('destinations') -%}
    select 'mixpanel' as destination, case when endpoint = 'import' then 'identity' else endpoint end as kind
    from mixpanel_payloads
    where endpoint <> 'import' or payload like '{"event":"$identify"%' or payload like '{"event":"$merge"%'
    {%- endif %}

)

select
    destination,
    kind,
    count(*) as records
from generated
group by destination, kind
order by destination, kind
