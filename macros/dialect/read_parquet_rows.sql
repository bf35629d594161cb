{# A query (file, line) of the rows of Parquet files, each as a JSON object text; nulls are left out. `columns` are the [name, type] pairs of the files, `keys` the
   names in the object. A decimal has the digits of its text, and a float that is no number in JSON is text. #}
{% macro read_parquet_rows(files, columns, keys) -%}
    {{- return(adapter.dispatch('read_parquet_rows', 'crosswalk')(files, columns, keys)) -}}
{%- endmacro %}

{% macro default__read_parquet_rows(files, columns, keys) %}{{ crosswalk.lacks_verb('read_parquet_rows') }}{% endmacro %}

{% macro duckdb__read_parquet_rows(files, columns, keys) -%}
    select
        crosswalk_file as file,
        {%- set pairs = [] -%}
        {%- for key in keys -%}
            {%- set column = adapter.quote(columns[loop.index0][0] | replace('"', '""')) -%}
            {%- set type = columns[loop.index0][1] -%}
            {%- if type.startswith('DECIMAL') and type.endswith(')') -%}
                {%- set value = column ~ '::varchar' -%}
            {%- elif type in ('DOUBLE', 'FLOAT') -%}
                {%- set value = 'case when isfinite(' ~ column ~ ') then to_json(' ~ column ~ ')::varchar else to_json(' ~ column ~ '::varchar)::varchar end' -%}
            {%- else -%}
                {%- set value = "nullif(to_json(" ~ column ~ ")::varchar, 'null')" -%}
            {%- endif -%}
            {%- do pairs.append([crosswalk.json_name(key), value]) -%}
        {%- endfor %}
        {{ crosswalk.json_build(pairs) | indent(8) }} as line
    from read_parquet(
        [{% for file in files %}{{ crosswalk.literal(file) }}{{ ', ' if not loop.last }}{% endfor %}],
        union_by_name = true,
        filename = 'crosswalk_file'
    )
{%- endmacro %}
