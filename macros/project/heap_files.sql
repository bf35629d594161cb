{# The raw files of Heap as a query of their rows: (file, line, table_name, file_format, has_double_escapes). A text line of the one-time JSON export is a row,
   and so is a row of a CSV or Parquet file of Heap Connect, as a JSON object under the names that `column_keys` gives. #}
{% macro heap_rows_of_files() -%}
    {%- set texts, tables = [], [] -%}
    {%- for file in crosswalk.files_to_land('heap', ['heap_files']) if not crosswalk.heap_is_left_out(file) -%}
        {%- if crosswalk.file_format(file) == 'json' or not crosswalk.reads_files() -%}{%- do texts.append(file) -%}
        {%- else -%}{%- do tables.append(file) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set parts = [] -%}
    {%- if texts or not execute or not tables -%}{%- do parts.append(crosswalk.heap_text_rows(texts)) -%}{%- endif -%}
    {%- for group in crosswalk.heap_file_groups(tables) -%}{%- do parts.append(crosswalk.heap_table_rows(group)) -%}{%- endfor -%}
    {{- parts | join('\n\nunion all\n\n') -}}
{%- endmacro %}

{# Lines of JSON; on a warehouse all rows, since a table of raw lines holds each row of a CSV file as an object of its texts. A record with nested objects is escaped once too often in Heap's export: it is read once less where that makes it JSON. #}
{% macro heap_text_rows(files) -%}
    select
        file,
        case when has_double_escapes then {{ crosswalk.json_unescape_once('line') }} else line end as line,
        {{ crosswalk.heap_table_of('file') | indent(8) }} as table_name,
        {%- if crosswalk.reads_files() %}
        'json' as file_format,
        {%- else %}
        {{ crosswalk.heap_format_of('file') | indent(8) }} as file_format,
        {%- endif %}
        {%- for column in crosswalk.raw_line_columns() %}
        {{ column }},
        {%- endfor %}
        has_double_escapes
    from (
        select
            *,
            case
                {%- if not crosswalk.reads_files() %}
                when {{ crosswalk.heap_format_of('file') }} <> 'json' then false
                {%- endif %}
                when {{ crosswalk.json_is_strict_object('line') | indent(16) }} then false
                else coalesce({{ crosswalk.json_is_strict_object(crosswalk.json_unescape_once('line')) | indent(16) }}, false)
            end as has_double_escapes
        from (
            {{ crosswalk.raw_lines('heap', ['heap_files'], files) | indent(12) }}
        ) as raw_lines
        {%- if not crosswalk.reads_files() and not crosswalk.reads_tables('heap') %}
        where file in ({% for file in files %}{{ crosswalk.literal(file) }}{{ ', ' if not loop.last }}{% else %}''{% endfor %})
        {%- endif %}
    ) as text_lines
{%- endmacro %}

{# Rows of the files of one table that have the same columns. #}
{% macro heap_table_rows(group) -%}
    select
        file,
        line,
        {{ crosswalk.literal(group['table']) }} as table_name,
        '{{ group['format'] }}' as file_format,
        false as has_double_escapes
    from (
        {% if group['format'] == 'csv' -%}
        {{ crosswalk.read_csv_rows(group['files'], group['header'], group['keys'], 'stg_heap__lines') | indent(8) }}
        {%- else -%}
        {{ crosswalk.read_parquet_rows(group['files'], group['header'], group['keys']) | indent(8) }}
        {%- endif %}
    ) as table_rows
{%- endmacro %}

{# Files grouped by table, columns and how they are to be read, for Parquet by types too, so that no file changes how another is read; a file without any
   column has no rows. `header` is what `csv_header` or `parquet_columns` says. #}
{% macro heap_file_groups(files) %}
    {%- set groups = {} -%}
    {%- for file in files -%}
        {%- set format = crosswalk.file_format(file) -%}
        {%- set header = crosswalk.heap_header(file) -%}
        {%- set columns = header['names'] if format == 'csv' else header | map('first') | list -%}
        {%- if columns -%}
            {%- do groups.setdefault([crosswalk.heap_table(file), format, header] | tojson, {
                'table': crosswalk.heap_table(file), 'format': format, 'header': header, 'keys': crosswalk.column_keys(columns), 'files': [],
            })['files'].append(file) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(groups.values() | list) }}
{% endmacro %}

{# What `csv_header` or `parquet_columns` says of a file, asked once a run. #}
{% macro heap_header(file) %}
    {%- if not execute -%}{{ return({'names': []} if crosswalk.file_format(file) == 'csv' else []) }}{%- endif -%}
    {%- set kept = graph.setdefault('heap_headers', {}) -%}
    {%- if file not in kept -%}
        {%- do kept.update({file: crosswalk.csv_header(file) if crosswalk.file_format(file) == 'csv' else crosswalk.parquet_columns([file])}) -%}
    {%- endif -%}
    {{ return(kept[file]) }}
{% endmacro %}

{# The columns of CSV and Parquet files that go by another name than in the file, as [name, key] pairs. #}
{% macro heap_renamed_columns() %}
    {%- set found = [] -%}
    {%- for file in crosswalk.source_files('heap', ['heap_files']) if execute and crosswalk.reads_files() and crosswalk.file_format(file) != 'json' and not crosswalk.heap_is_left_out(file) -%}
        {%- set header = crosswalk.heap_header(file) -%}
        {%- set names = header['names'] if crosswalk.file_format(file) == 'csv' else header | map('first') | list -%}
        {%- for name, key in zip(names, crosswalk.column_keys(names)) if name != key -%}{%- do found.append([name | trim, key]) -%}{%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}

{# The names that the columns of a table go by: documented ones in lower case, and all of them where the whole header is in upper case, as Snowflake writes it;
   others keep their case. A name that stands there already gets a number. #}
{% macro column_keys(names) %}
    {%- set found = [] -%}
    {%- set documented = crosswalk.heap_documented_names() -%}
    {%- set is_upper = names | join('') == names | join('') | upper -%}
    {%- for name in names -%}
        {%- set given = name | trim -%}
        {%- set key = given | lower if is_upper or given | lower in documented else given -%}
        {%- do found.append(key ~ '_' ~ loop.index if key in found else key) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}

{# `csv`, `parquet` or `json`, by the name of a file. #}
{% macro file_format(file) -%}
    {%- set name = modules.re.sub('[.](gz|zst)$', '', file | lower) -%}
    {{- 'csv' if name.endswith('.csv') else ('parquet' if name.endswith('.parquet') else 'json') -}}
{%- endmacro %}

{# The same in SQL: how the rows of a file were written, before each became a JSON object. #}
{% macro heap_format_of(file) -%}
    case
        when {{ crosswalk.matches('lower(' ~ file ~ ')', '[.]csv([.](gz|zst))?$') }} then 'csv'
        when {{ crosswalk.matches('lower(' ~ file ~ ')', '[.]parquet$') }} then 'parquet'
        else 'json'
    end
{%- endmacro %}

{# The table that a file holds: the last dotted part of its stem less a leading `heap_`, or its folder for the parts that Spark writes. #}
{% macro heap_table(file) -%}
    {%- set parts = file | replace('\\', '/') | lower | trim('/') -%}
    {%- set parts = parts.split('/') -%}
    {%- set stem = modules.re.sub('[.](csv|parquet|json|jsonl|ndjson)([.](gz|zst))?$', '', parts[-1]) -%}
    {%- set stem = parts[-2] if stem.startswith('part-') and parts | length > 1 else stem -%}
    {{- modules.re.sub('^heap_', '', stem.split('.')[-1]) -}}
{%- endmacro %}

{# The same in SQL, for files that are read as text. #}
{% macro heap_table_of(file) -%}
    {%- set path = "lower(replace(" ~ file ~ ", " ~ crosswalk.literal('\\') ~ ", '/'))" -%}
    {%- set stem = crosswalk.extracted(path, '([^/]*?)([.](csv|parquet|json|jsonl|ndjson)([.](gz|zst))?)?$') -%}
    {%- set folder = crosswalk.extracted(path, '([^/]*)/[^/]*$') -%}
    {%- set name = "case when " ~ stem ~ " like 'part-%' then coalesce(" ~ folder ~ ", " ~ stem ~ ") else " ~ stem ~ " end" -%}
    {{- crosswalk.extracted(crosswalk.extracted(name, '([^.]*)$'), '^(?:heap_)?(.*)$') -}}
{%- endmacro %}

{# Whether a file is about the export and not about people: Heap's bookkeeping, whose names begin with `_`, and the manifest of a dump. An event may be called
   manifest, but then it is a table. #}
{% macro heap_is_left_out(file) %}
    {%- set table = crosswalk.heap_table(file) | string -%}
    {{ return(table.startswith('_') or (crosswalk.file_format(file) == 'json' and ('manifest' in table or table == 'property_definitions'))) }}
{% endmacro %}

{# The event tables among the files, in the order of their names: all that are no table of another kind. #}
{% macro heap_event_tables() %}
    {%- set tables = [] -%}
    {%- for file in crosswalk.source_files('heap', ['heap_files']) if crosswalk.file_format(file) != 'json' -%}
        {%- set table = crosswalk.heap_table(file) -%}
        {%- if table not in ['users', 'sessions', 'user_migrations', 'all_events', 'accounts'] and not crosswalk.heap_is_left_out(file) -%}{%- do tables.append(table) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(tables | unique(case_sensitive=true) | sort) }}
{% endmacro %}

{# A literal that stands for the event tables among the files: which of them there are decides how a row of `all_events` is read. #}
{% macro heap_tables_hash() -%}
    {{- crosswalk.literal(local_md5(crosswalk.heap_event_tables() | join('\n')) if execute and crosswalk.keeps_rows() else '') -}}
{%- endmacro %}
