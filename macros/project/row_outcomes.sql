{# Why a row cannot be used, from its columns `read_error`, `event_name` and `event_at`; null where it can. #}
{% macro unusable_reason() -%}
    case
        when read_error is not null then read_error
        when {{ crosswalk.is_blank('event_name') }} then 'no_event_name'
        when event_at is null then 'no_time'
    end
{%- endmacro %}

{# The CTEs `contested_keys` and `ranked`, from `judged` (one row a source row, `reason` null where it can be used) and `raw_lines`: of rows with one key the
   latest upload wins, then the larger MD5 of the line. `first` is a further order that comes before both. #}
{% macro ranked_uploads(first='') -%}
contested_keys as (

    select
        source_project,
        event_key
    from judged
    where reason is null
    group by source_project, event_key
    having count(*) > 1

),

-- the latest upload wins, then the larger MD5 of the line; file and line_id only decide between lines that are the same to the letter
ranked as (

    select
        judged.line_id,
        row_number() over (
            partition by judged.source_project, judged.event_key
            order by {{ first }}judged.received_at desc nulls last, {{ crosswalk.by_bytes(crosswalk.md5_hex('raw_lines.line')) }} desc, {{ crosswalk.by_bytes('judged.file') }} asc, judged.line_id asc
        ) as upload_rank
    from judged
    inner join contested_keys
        on judged.source_project = contested_keys.source_project and judged.event_key = contested_keys.event_key
    inner join raw_lines on judged.line_id = raw_lines.line_id
    where judged.reason is null

)
{%- endmacro %}

{# What became of a row, and why, as two select lines over `judged` and `ranked`. `filtered` is a further reason to leave a usable row out: a SQL expression
   of the reason, null where there is none. #}
{% macro row_outcome(filtered='null') -%}
    case
        when judged.read_error is not null then 'malformed'
        when judged.reason is not null then 'quarantined'
        when ranked.upload_rank > 1 then 'duplicate'
        when not ({{ crosswalk.is_in_window('judged.event_at') }}) then 'filtered'
        {%- if filtered != 'null' %}
        when {{ filtered }} is not null then 'filtered'
        {%- endif %}
        else 'kept'
    end as outcome,
    case
        when judged.reason is not null then judged.reason
        when ranked.upload_rank > 1 then null
        when not ({{ crosswalk.is_in_window('judged.event_at') }}) then 'outside_window'
        {%- if filtered != 'null' %}
        else {{ filtered }}
        {%- endif %}
    end as reason
{%- endmacro %}
