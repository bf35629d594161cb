{# A query (file, line_number, reason, line) of the lines that `read_lines` under the same name could not read. The engine keeps them for
   the connection that read the files, so it belongs into a post-hook of the same model. #}
{% macro read_rejects(name) -%}
    {{- return(adapter.dispatch('read_rejects', 'crosswalk')(name)) -}}
{%- endmacro %}

{% macro default__read_rejects(name) %}{{ crosswalk.lacks_verb('read_rejects') }}{% endmacro %}

{% macro duckdb__read_rejects(name) -%}
    select
        scans.file_path as file,
        rejects.line::bigint as line_number,
        case max(rejects.error_type::varchar)
            when 'INVALID ENCODING' then 'invalid_utf8'
            when 'LINE SIZE OVER MAXIMUM' then 'line_too_long'
            else 'unreadable_line'
        end as reason,
        ltrim(any_value(rejects.csv_line), chr(10) || chr(13)) as line
    from {{ name }}_rejects as rejects
    inner join {{ name }}_scans as scans
        on rejects.scan_id = scans.scan_id and rejects.file_id = scans.file_id
    group by scans.file_path, rejects.line
{%- endmacro %}
