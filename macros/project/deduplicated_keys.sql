{# The body of a source's `__deduplicated_keys` model, from its landed lines: those with a doubled key, written anew with the last one kept. #}
{% macro deduplicated_keys(landed) -%}
with

key_shapes as (

    {{ crosswalk.key_shapes(landed, crosswalk.only_new_landings()) | indent(4) }}

),

doubled_shapes as (

    select key_shape
    from key_shapes
    where {{ crosswalk.json_has_duplicate_keys('line') }}

),

doubtful_lines as (

    select
        {{ crosswalk.row_position() }} as line_id,
        line{{ crosswalk.and_kept('landed_in') }}
    from {{ landed }}
    where is_strict and key_shape in (select doubled_shapes.key_shape from doubled_shapes) {{ crosswalk.only_new_landings() }}

),

repaired as (

    {{ crosswalk.json_last_key_wins('doubtful_lines', 'line_id', 'line') | indent(4) }}

)
{%- if crosswalk.keeps_rows() %},

-- a row without a line for each build that landed lines, so that the next build knows that they were looked at
looked_at as (

    select distinct landed_in
    from {{ landed }}
    where is_strict {{ crosswalk.only_new_landings() }}

)

select
    repaired.line_id,
    repaired.line,
    doubtful_lines.landed_in
from repaired
inner join doubtful_lines on repaired.line_id = doubtful_lines.line_id

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

{# The body of a CTE with the shapes of the lines of a landed relation (key_shape, line): rows of one shape have the same keys in the same places, so what
   depends on the keys alone is asked of one row and holds for all. `only` is a further condition on the lines. The place of the line is looked for first, so that
   the text of one line a shape is read; the aggregate keeps an engine from asking all lines, malformed ones too, what is asked of these. #}
{% macro key_shapes(landed, only='') -%}
    select
        shapes.key_shape,
        min(landed.line) as line
    from (
        select
            key_shape,
            min({{ crosswalk.row_position() }}) as first_line_id
        from {{ landed }}
        where is_strict {{ only }}
        group by key_shape
    ) as shapes
    inner join {{ landed }} as landed on shapes.first_line_id = landed.{{ crosswalk.row_position() }}
    group by shapes.key_shape
{%- endmacro %}
