{# The body of a source's `__located` model, from its landed lines: the file and the number of each. #}
{% macro located_lines(landed) -%}
{%- if not crosswalk.reads_files() -%}
select
    {{ crosswalk.row_position() }} as line_id,
    file,
    line,
    line_number
from {{ landed }}
{%- else -%}
with

-- read anew by each of the CTEs below, so that nobody reads the lines but for the rows that somebody asks about
raw_lines as {{ crosswalk.not_materialized() }} (

    select
        {{ crosswalk.row_position() }} as line_id,
        file,
        line,
        read_error,
        line_number
    from {{ landed }}

),

files as (

    select
        file,
        min(line_id) as first_line_id
    from raw_lines
    where read_error is null
    group by file

),

-- lines that could not be read are missing between the others, and push those behind them down
rejects as (

    select
        file,
        line_number,
        line_number - row_number() over (partition by file order by line_number) as lines_before
    from raw_lines
    where line_number is not null

),

positions as {{ crosswalk.not_materialized() }} (

    select
        raw_lines.line_id,
        raw_lines.file,
        raw_lines.line,
        raw_lines.line_number as own_number,
        raw_lines.line_id - files.first_line_id + 1 as position_in_file
    from raw_lines
    left join files on raw_lines.file = files.file and raw_lines.read_error is null

),

pushed as (

    select
        positions.line_id,
        count(*) as rejects_before
    from positions
    inner join rejects
        on positions.file = rejects.file and positions.position_in_file > rejects.lines_before
    group by positions.line_id

)

select
    positions.line_id,
    positions.file,
    positions.line,
    coalesce(positions.own_number, positions.position_in_file + coalesce(pushed.rejects_before, 0)) as line_number
from positions
left join pushed on positions.line_id = pushed.line_id
{%- endif -%}
{%- endmacro %}
