-- a view: line numbers are worked out only for the rows that somebody asks about
{{ config(materialized='view') }}

with

located as (

    {{ crosswalk.located_lines(ref('stg_heap__lines')) | indent(4) }}

),

-- a row that could not be read has its own number, and no format; one of a table of raw lines has it too
table_rows as (

    select {{ crosswalk.row_position() }} as line_id
    from {{ ref('stg_heap__lines') }}
    where file_format = 'csv' and line_number is null

)

-- a CSV file begins with its header
select
    located.line_id,
    located.file,
    located.line,
    located.line_number + case when table_rows.line_id is null then 0 else 1 end as line_number
from located
left join table_rows on located.line_id = table_rows.line_id
