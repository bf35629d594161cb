{# A query (file, line) of the rows of CSV files with one header, each as a JSON object text of texts; an empty field is left out. `columns` are the names
   of the header, `keys` the names in the object. A row that has not as many fields, or is no UTF-8, goes to the rejects, which `read_rejects` gives. #}
{% macro read_csv_rows(files, columns, keys, name) -%}
    {{- return(adapter.dispatch('read_csv_rows', 'crosswalk')(files, columns, keys, name)) -}}
{%- endmacro %}

{% macro default__read_csv_rows(files, columns, keys, name) %}{{ crosswalk.lacks_verb('read_csv_rows') }}{% endmacro %}

{% macro duckdb__read_csv_rows(files, columns, keys, name) -%}
    select
        file,
        {%- set pairs = [] -%}
        {%- for key in keys -%}
            {%- do pairs.append([crosswalk.json_name(key), 'to_json(field_' ~ loop.index ~ ')::varchar']) -%}
        {%- endfor %}
        {{ crosswalk.json_build(pairs) | indent(8) }} as line
    from read_csv(
        [{% for file in files %}{{ crosswalk.literal(file) }}{{ ', ' if not loop.last }}{% endfor %}],
        columns = {
            {%- for column in columns %}
            'field_{{ loop.index }}': 'VARCHAR'{{ ',' if not loop.last }}
            {%- endfor %}
        },
        auto_detect = false,
        header = true,
        delim = ',',
        quote = '"',
        escape = '"',
        nullstr = '',
        max_line_size = 20000000,
        filename = 'file',
        store_rejects = true,
        rejects_table = '{{ name }}_rejects',
        rejects_scan = '{{ name }}_scans'
    )
{%- endmacro %}
