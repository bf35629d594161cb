with

{% for destination in var('destinations') %}
-- worked out first, so that only the few rows that may collide are looked at closely
{{ destination }}_collisions as {{ crosswalk.materialized() }} (

    select
        source,
        is_renamed
    from {{ ref(destination ~ '_event_records') }}
    where may_collide

),

{% endfor %}
flagged as (

    {%- for source in var('sources') %}
    {%- for reason, column in crosswalk.source_repairs(source).items() %}
    select '{{ source }}' as source, '{{ reason }}' as reason, count(*) as found
    from {{ ref(crosswalk.repaired_model(source)) }}
    where {{ column }}

    union all

    {% endfor %}
    {%- for reason, column in crosswalk.private_repairs().items() %}
    select '{{ source }}' as source, '{{ reason }}' as reason, count(*) as found
    from {{ ref('stg_' ~ source ~ '__lines') }}
    where {{ column }}

    union all

    {% endfor %}
    select '{{ source }}' as source, 'blank_line' as reason, count(*) as found
    from {{ ref('stg_' ~ source ~ '__lines') }}
    where read_error is null and not is_strict and {{ crosswalk.is_blank('line') }}

    union all

    {% if crosswalk.missing_columns(source) -%}
    select '{{ source }}' as source, 'missing_column' as reason, {{ crosswalk.missing_columns(source) | length }} as found

    union all

    {% endif -%}
    -- the same device and insert id under another key: kept, since the id may be used again on purpose
    select '{{ source }}' as source, 'suspected_duplicate' as reason, coalesce(sum(twins.copies - 1), 0) as found
    from (
        select count(*) as copies
        from {{ ref('stg_' ~ source ~ '__rows') }}
        where outcome = 'kept' and insert_id <> '' and device_id is not null
        group by source_project, device_id, insert_id
        having count(*) > 1
    ) as twins

    union all
    {% endfor %}
    {%- for destination in var('destinations') %}
    select source, 'property_renamed_for_{{ destination }}' as reason, count(*) as found
    from {{ destination }}_collisions
    where is_renamed
    group by source

    union all
    {% endfor %}
    select source, 'extra_group_keys' as reason, count(*) as found
    from {{ ref('hub_events') }}
    where cast({{ crosswalk.column('groups') }} as {{ dbt.type_string() }}) <> '{}' and {{ crosswalk.json_longest_array(crosswalk.column('groups')) }} > 1
    group by source

)

select
    source,
    reason,
    cast(sum(found) as {{ dbt.type_bigint() }}) as {{ crosswalk.column('rows') }}
from flagged
group by source, reason
having sum(found) > 0
order by source, reason
