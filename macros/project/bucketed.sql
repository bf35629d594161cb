{# Two CTEs, `days` and `bucketed`, that split each day of a relation (event_date, distinct_id, …) into a power of two of parts of about a thousand
   records, by a hash of the distinct id: one person's records stay together, and a late row changes one part and not all that follow. `days` is a relation that has
   the parts of each day already (`parts_of_days`): counting them here would keep all wide rows until the last one is counted. #}
{% macro bucketed(relation, days=none) -%}
days as (

    {% if days -%}
    select * from {{ days }}
    {%- else -%}
    {{ crosswalk.parts_of_days(relation) | indent(4) }}
    {%- endif %}

),

bucketed as (

    select
        {{ relation }}.*,
        cast(mod({{ crosswalk.hash_integer(relation ~ '.distinct_id') }}, coalesce(days.buckets, 1)) as {{ dbt.type_int() }}) as bucket
    from {{ relation }}
    -- none may be lost where the days were counted before a new one came
    left join days on {{ relation }}.event_date = days.event_date

)
{%- endmacro %}

{# The body of a CTE or model with the parts (`buckets`) of each day of a relation of records (event_date). #}
{% macro parts_of_days(relation) -%}
    select
        event_date,
        cast({{ crosswalk.power_of_two('count(*) / 1000.0') }} as {{ dbt.type_int() }}) as buckets
    from {{ relation }}
    group by event_date
{%- endmacro %}
