{# A query (file, line) of the rows of CSV files with one header, each as a JSON object text of texts; an empty field is left out. `header` is what `csv_header`
   says of them all, `keys` are the names in the object. A row that has not as many fields, or is no UTF-8, goes to the rejects, which `read_rejects` gives.
   In files that mix line breaks a row that is too short lacks its last fields, and the `line` of one that is too long is its fields as text. #}
{% macro read_csv_rows(files, header, keys, name) -%}
    {{- return(adapter.dispatch('read_csv_rows', 'crosswalk')(files, header, keys, name)) -}}
{%- endmacro %}

{% macro default__read_csv_rows(files, header, keys, name) %}{{ crosswalk.lacks_verb('read_csv_rows') }}{% endmacro %}

{# The strict reader stops at the first break that is not like the others. The lenient one drops surplus fields without a word, so it is given one more column. #}
{% macro duckdb__read_csv_rows(files, header, keys, name) -%}
    {%- set lenient = header['mixes_breaks'] -%}
    {%- set pairs, fields = [], [] -%}
    {%- for key in keys -%}
        {%- do fields.append('field_' ~ loop.index) -%}
        {%- do pairs.append([crosswalk.json_name(key), 'to_json(field_' ~ loop.index ~ ')::varchar']) -%}
    {%- endfor -%}
    {%- if lenient -%}{%- do fields.append('field_overflow') -%}{%- endif -%}
    select
        file,
        {%- if lenient %}
        case
            when field_overflow is not null
                then array_to_string(list_transform(
                    [{{ fields | join(', ') }}],
                    lambda field: case when regexp_matches(field, '[",\r\n]') then '"' || replace(field, '"', '""') || '"' else coalesce(field, '') end
                ), ',')
            else {{ crosswalk.json_build(pairs) | indent(12) }}
        end as line
        {%- else %}
        {{ crosswalk.json_build(pairs) | indent(8) }} as line
        {%- endif %}
    from read_csv(
        [{% for file in files %}{{ crosswalk.literal(file) }}{{ ', ' if not loop.last }}{% endfor %}],
        columns = {
            {%- for field in fields %}
            '{{ field }}': 'VARCHAR'{{ ',' if not loop.last }}
            {%- endfor %}
        },
        auto_detect = false,
        header = true,
        skip = {{ header['skip'] }},
        delim = ',',
        quote = '"',
        escape = '"',
        nullstr = '',
        {%- if lenient %}
        strict_mode = false,
        null_padding = true,
        parallel = false,
        new_line = '\n',
        {%- endif %}
        max_line_size = 20000000,
        filename = 'file',
        store_rejects = true,
        rejects_table = '{{ name }}_rejects',
        rejects_scan = '{{ name }}_scans'
    )
    {%- if lenient %}
    where coalesce({{ fields | join(', ') }}) is not null
    {%- endif %}
{%- endmacro %}
