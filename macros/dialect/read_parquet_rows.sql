{# A query (file, line) of the rows of Parquet files, each as a JSON object text; nulls are left out. `columns` are the names in the files, `keys` those in
   the object. #}
{% macro read_parquet_rows(files, columns, keys) -%}
    {{- return(adapter.dispatch('read_parquet_rows', 'crosswalk')(files, columns, keys)) -}}
{%- endmacro %}

{% macro default__read_parquet_rows(files, columns, keys) %}{{ crosswalk.lacks_verb('read_parquet_rows') }}{% endmacro %}

{% macro duckdb__read_parquet_rows(files, columns, keys) -%}
    select
        crosswalk_file as file,
        {%- set pairs = [] -%}
        {%- for key in keys -%}
            {%- do pairs.append([crosswalk.json_name(key), "nullif(to_json(" ~ adapter.quote(columns[loop.index0] | replace('"', '""')) ~ ")::varchar, 'null')"]) -%}
        {%- endfor %}
        {{ crosswalk.json_build(pairs) | indent(8) }} as line
    from read_parquet(
        [{% for file in files %}{{ crosswalk.literal(file) }}{{ ', ' if not loop.last }}{% endfor %}],
        union_by_name = true,
        filename = 'crosswalk_file'
    )
{%- endmacro %}
