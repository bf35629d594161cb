{# Two CTEs, `days` and `bucketed`, that split each day of a relation (event_date, distinct_id, …) into a power of two of parts of about a thousand
   records, by a hash of the distinct id: one person's records stay together, and a late row changes one part and not all that follow. #}
{% macro bucketed(relation) -%}
days as (

    select
        event_date,
        cast({{ crosswalk.power_of_two('count(*) / 1000.0') }} as {{ dbt.type_int() }}) as buckets
    from {{ relation }}
    group by event_date

),

bucketed as (

    select
        {{ relation }}.*,
        cast(mod({{ crosswalk.hash_integer(relation ~ '.distinct_id') }}, days.buckets) as {{ dbt.type_int() }}) as bucket
    from {{ relation }}
    inner join days on {{ relation }}.event_date = days.event_date

)
{%- endmacro %}
