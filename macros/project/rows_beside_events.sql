{# How many rows of a source's files are usable and no events: rows of people, sessions, links. They stand in no count of a route. #}
{% macro rows_beside_events(source) -%}
    {%- if source in crosswalk.sources_with('people') -%}
    (
        select count(*)
        from {{ ref('stg_' ~ source ~ '__parsed_rows') }} as parsed_rows
        left join {{ ref('stg_' ~ source ~ '__rows') }} as event_rows on parsed_rows.line_id = event_rows.line_id
        where event_rows.line_id is null and parsed_rows.kind <> 'event'
    )
    {%- else -%}
    0
    {%- endif -%}
{%- endmacro %}
