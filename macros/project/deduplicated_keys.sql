{# The body of a source's `__deduplicated_keys` model, from its landed lines: those with a doubled key, written anew with the last one kept. #}
{% macro deduplicated_keys(landed) -%}
with

lines as (

    select
        {{ crosswalk.row_position() }} as line_id,
        line
    from {{ landed }}
    where is_strict

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

select
    line_id,
    line
from repaired
{%- endmacro %}
