-- each line of a file is one row of audit_route_counts for every destination; a blank line is none, nor one that holds no event
select source, destination, lines, rows_read
from (
{% for source in var('sources') %}
{%- for destination in var('destinations') %}
select
    '{{ source }}' as source,
    '{{ destination }}' as destination,
    (select count(*) from {{ ref('stg_' ~ source ~ '__lines') }} where read_error is not null or not {{ crosswalk.is_blank('line') }})
    - {{ crosswalk.lines_without_rows(source) }} as lines,
    (
        select coalesce(sum(rows_read), 0)
        from {{ ref('audit_route_counts') }}
        where source = '{{ source }}' and destination = '{{ destination }}'
    ) as rows_read
{{ 'union all' if not loop.last }}
{%- endfor %}
{{ 'union all' if not loop.last }}
{%- endfor %}
) as counted
where lines <> rows_read
