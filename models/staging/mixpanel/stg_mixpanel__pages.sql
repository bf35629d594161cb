{%- do crosswalk.check_lines_are_landed('stg_mixpanel__pages', 'stg_mixpanel__lines') %}

-- a table whatever `materialize` says: small, and read several times
{{ config(materialized='table') }}

with

raw_lines as (

    select
        {{ crosswalk.row_position() }} as line_id,
        file,
        line,
        is_strict
    from {{ ref('stg_mixpanel__lines') }}
    where read_error is null and not {{ crosswalk.is_blank('line') }}

),

unread_lines as (

    select file from {{ ref('stg_mixpanel__lines') }}
    where read_error is not null

),

-- a page over many lines begins with one that is no JSON of its own, as most of its lines are: no export is put together by a bad first line
broken_files as (

    select
        file,
        min(line_id) as first_line_id
    from raw_lines
    where file not in (select unread_lines.file from unread_lines)
    group by file
    having
        count(*) > 1
        and sum(case when is_strict then 1 else 0 end) * 2 < count(*)
        and left({{ crosswalk.trimmed(crosswalk.earliest('line', ['line_id'])) }}, 1) = '{'

),

pages as (

    select
        broken_files.file,
        broken_files.first_line_id,
        {{ crosswalk.joined_texts('raw_lines.line', ['raw_lines.line_id']) }} as line
    from raw_lines
    inner join broken_files on raw_lines.file = broken_files.file
    group by broken_files.file, broken_files.first_line_id

)
{%- if crosswalk.has_private_properties() %},

whole_pages as (

    select * from pages
    where {{ crosswalk.json_is_strict_object('line') }}

),

public_pages as (

    {{ crosswalk.public_lines('mixpanel', 'whole_pages', ['file', 'first_line_id']) | indent(4) }}

)
{%- endif %}

{% if crosswalk.has_private_properties() -%}
select * from public_pages
{%- else -%}
select
    file,
    first_line_id,
    line
from pages
where {{ crosswalk.json_is_strict_object('line') }}
{%- endif %}
