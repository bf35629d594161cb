{# A table expression (line, file) of the raw lines of text files, gzipped or not. A line that is no UTF-8 or is longer than 20 MB goes to the
   rejects instead, which `read_rejects` gives; a blank line is null. The separator is four control characters that no JSON line can hold. #}
{% macro read_lines(files, name) -%}
    {{- return(adapter.dispatch('read_lines', 'crosswalk')(files, name)) -}}
{%- endmacro %}

{% macro default__read_lines(files, name) %}{{ crosswalk.lacks_verb('read_lines') }}{% endmacro %}

{% macro duckdb__read_lines(files, name) -%}
    read_csv(
        [
            {%- for file in files %}
            {{ crosswalk.literal(file) }}{{ ',' if not loop.last }}
            {%- endfor %}
        ],
        columns = {'line': 'VARCHAR'},
        delim = e'\x01\x02\x03\x04',
        quote = '',
        escape = '',
        header = false,
        auto_detect = false,
        strict_mode = false,
        max_line_size = 20000000,
        filename = 'file',
        store_rejects = true,
        rejects_table = '{{ name }}_rejects',
        rejects_scan = '{{ name }}_scans'
    )
{%- endmacro %}
