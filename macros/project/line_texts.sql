{# The body of a CTE with the text of each landed line as it counts: of doubled keys the last one; `written_line` is the same as it was written. `landed` and
   `deduplicated` are the source's relations, `more` further columns of the first. #}
{% macro line_texts(landed, deduplicated, more=[]) -%}
    select
        raw_lines.line_id,
        {%- for column in more %}
        raw_lines.{{ column }},
        {%- endfor %}
        {{ crosswalk.json_line('coalesce(deduplicated_keys.line, raw_lines.line)', 'raw_lines.is_strict') }} as line,
        coalesce(deduplicated_keys.line, raw_lines.line) as written_line
    from (
        select {{ (['line', 'is_strict'] + more) | join(', ') }}, {{ crosswalk.row_position() }} as line_id
        from {{ landed }}
    ) as raw_lines
    left join {{ deduplicated }} as deduplicated_keys on raw_lines.line_id = deduplicated_keys.line_id
{%- endmacro %}

{# The body of a CTE with every landed line that is a row, readable or not; a blank one is none. A line that is no strict JSON has no text but a reason,
   `unreadable`. #}
{% macro landed_rows(landed, deduplicated, more=[], unreadable="'malformed_json'") -%}
    select
        raw_lines.line_id,
        raw_lines.file,
        raw_lines.line_number,
        {%- for column in more %}
        raw_lines.{{ column }},
        {%- endfor %}
        raw_lines.has_nul,
        raw_lines.has_lone_surrogate,
        {%- if crosswalk.keeps_rows() %}
        raw_lines.landed_in,
        {%- endif %}
        deduplicated_keys.line_id is not null as has_duplicate_keys,
        case when raw_lines.is_strict then {{ crosswalk.json_line('coalesce(deduplicated_keys.line, raw_lines.line)', 'raw_lines.is_strict') }} end as line,
        coalesce(raw_lines.read_error, case when not raw_lines.is_strict then {{ unreadable }} end) as read_error
    from (
        select
            *,
            {{ crosswalk.row_position() }} as line_id
        from {{ landed }}
    ) as raw_lines
    left join {{ deduplicated }} as deduplicated_keys on raw_lines.line_id = deduplicated_keys.line_id
    where (raw_lines.read_error is not null or not {{ crosswalk.is_blank('raw_lines.line') }})
        {{- crosswalk.only_new_landings(' and', 'raw_lines.landed_in') }}
{%- endmacro %}
