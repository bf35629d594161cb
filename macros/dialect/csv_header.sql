{# What the beginning of a CSV file says, for Jinja: `names` of the columns in the first line that is not blank (none for an empty file), the number `skip` of
   blank lines before it, and `mixes_breaks`: whether its lines end in different ways, or a field without quotes holds a bare CR. Read as text, so that a
   ragged row further down cannot change it. #}
{% macro csv_header(file) -%}
    {{- return(adapter.dispatch('csv_header', 'crosswalk')(file)) -}}
{%- endmacro %}

{% macro default__csv_header(file) %}{{ crosswalk.lacks_verb('csv_header') }}{% endmacro %}

{# With `\n` as the break a CR counts as one of its own, so that a CRLF gives two lines; with
   `\r\n` each of the three counts once, and a bare CR takes the character behind it along. A file with CRLF throughout thus has twice as many lines, or more: one that is no
   UTF-8 is left out without its second half. Breaks behind
   an odd number of quotes are part of a field. #}
{% macro duckdb__csv_header(file) -%}
    {%- set header = {'names': [], 'skip': 0, 'mixes_breaks': false} -%}
    {%- if execute -%}
        {%- set text = crosswalk.read_lines([file], 'csv_header') -%}
        {%- set first = "select line, row_number() over () - 1 as skip from (select line from " ~ text ~ " limit 10000) as lines qualify not " ~ crosswalk.is_blank('line') ~ " order by skip limit 1" -%}
        {%- set fields = "unnest(regexp_extract_all(line, '(?:^|,)(\"(?:[^\"]|\"\")*\"|[^,]*)', 1))" -%}
        {%- for row in run_query("select " ~ fields ~ " as name, skip from (" ~ first ~ ") as header").rows -%}
            {%- set name = row[0] | string -%}
            {%- do header['names'].append(name[1:-1] | replace('""', '"') if name.startswith('"') and name | length > 1 else name) -%}
            {%- do header.update({'skip': row[1] | int}) -%}
        {%- endfor -%}
        {%- set counts = [] -%}
        {%- for line_break in ['\\n', '\\r\\n'] -%}
            {%- set counted = text | replace('strict_mode = false', "strict_mode = false, new_line = '" ~ line_break ~ "'") -%}
            {%- set lines = "select coalesce(line, '') as line, length(line) - length(replace(line, '\"', '')) as quotes from " ~ counted -%}
            {%- set totals = "select length(line) as length, coalesce(quotes, 0) as quotes, coalesce(sum(quotes) over (rows between unbounded preceding and current row), 0) as total from (" ~ lines ~ ") as lines" -%}
            {%- set result = run_query("select count(*) filter (total % 2 = 0), coalesce(sum(length) filter ((total - quotes) % 2 = 0), 0) from (" ~ totals ~ ") as totals") -%}
            {%- do counts.append([result.rows[0][0] | int, result.rows[0][1] | int]) -%}
        {%- endfor -%}
        {%- do header.update({'mixes_breaks': counts[0][1] != counts[1][1] or counts[1][0] < counts[0][0] < 2 * counts[1][0]}) -%}
    {%- endif -%}
    {{ return(header) }}
{%- endmacro %}
