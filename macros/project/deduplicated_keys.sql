{# The body of a source's `__deduplicated_keys` model, from its landed lines: those with a doubled key, written anew with the last one kept. #}
{% macro deduplicated_keys(landed) -%}
with

key_shapes as (

    {{ crosswalk.key_shapes(landed) | indent(4) }}

),

doubled_shapes as (

    select key_shape
    from key_shapes
    where {{ crosswalk.json_has_duplicate_keys('line') }}

),

doubtful_lines as (

    select
        {{ crosswalk.row_position() }} as line_id,
        line
    from {{ landed }}
    where is_strict and key_shape in (select doubled_shapes.key_shape from doubled_shapes)

),

repaired as (

    {{ crosswalk.json_last_key_wins('doubtful_lines', 'line_id', 'line') | indent(4) }}

)

select
    line_id,
    line
from repaired
{%- endmacro %}

{# The body of a CTE with the shapes of the lines of a landed relation (key_shape, line): rows of one shape have the same keys in the same places, so what
   depends on the keys alone is asked of one row and holds for all. #}
{% macro key_shapes(landed) -%}
    select
        key_shape,
        {{ crosswalk.earliest('line', [crosswalk.row_position()]) | indent(4) }} as line
    from {{ landed }}
    where is_strict
    group by key_shape
{%- endmacro %}
