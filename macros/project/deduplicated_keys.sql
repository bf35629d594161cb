{# The body of a source's `__deduplicated_keys` model, from its landed lines: those with a doubled key, written anew with the last one kept. #}
{% macro deduplicated_keys(landed) -%}
with

lines as (

    select
        {{ crosswalk.row_position() }} as line_id,
        line{{ crosswalk.and_kept('landed_in') }}
    from {{ landed }}
    where is_strict {{ crosswalk.only_new_landings() }}

),

-- rows of one shape have the same keys in the same places, so one row of each says it for all
shapes as (

    select
        {{ crosswalk.json_key_shape('line') }} as shape,
        {{ crosswalk.json_has_duplicate_keys('min(line)') }} as has_duplicate_keys
    from lines
    group by 1

),

doubtful_lines as (

    select
        line_id,
        line
    from lines
    where {{ crosswalk.json_key_shape('line') }} in (select shapes.shape from shapes where shapes.has_duplicate_keys)

),

repaired as (

    {{ crosswalk.json_last_key_wins('doubtful_lines', 'line_id', 'line') | indent(4) }}

)
{%- if crosswalk.keeps_rows() %},

-- a row without a line for each build that landed lines, so that the next build knows that they were looked at
looked_at as (

    select distinct landed_in from lines

)

select
    repaired.line_id,
    repaired.line,
    lines.landed_in
from repaired
inner join lines on repaired.line_id = lines.line_id

union all

select
    cast(null as {{ dbt.type_bigint() }}) as line_id,
    cast(null as {{ dbt.type_string() }}) as line,
    landed_in
from looked_at
{%- else %}

select
    line_id,
    line
from repaired
{%- endif %}
{%- endmacro %}
