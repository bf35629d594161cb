{# What tells whether files of a source are still as they were, as {file: text} for Jinja: size and time of change; where the engine reads no files, the number
   and a hash of the lines that the table of raw lines has under the name. `before` are the stamps of
   earlier builds; of the `settled` files, landed longer ago than `lookback_days` (those of them that are known, as a mapping, and `settled_query`, a query of
   them as `settled_file`), the table's lines are counted and not read. #}
{% macro file_stamps(files, table, before, settled, settled_query=none) -%}
    {{- return(adapter.dispatch('file_stamps', 'crosswalk')(files, table, before, settled, settled_query)) -}}
{%- endmacro %}

{% macro default__file_stamps(files, table, before, settled, settled_query) %}{{ crosswalk.lacks_verb('file_stamps') }}{% endmacro %}

{# The engine tells the time of change by the second only. A file that changed in the last two seconds, or had when it was landed, is told by its content too;
   one that is too large for that counts as different the next time. #}
{% macro duckdb__file_stamps(files, table, before, settled, settled_query) -%}
    {%- if table -%}
        {{ return(crosswalk.python__file_stamps("hash(concat_ws('|', line_number, read_error, line))", table, before, settled, settled_query)) }}
    {%- endif -%}
    {%- set stamps = {} -%}
    {%- for some in files | batch(1000) if execute -%}
        {%- set query = "select filename, size || ' bytes, ' || epoch_us(last_modified), last_modified > now() - interval 2 seconds, size from read_blob([" ~ crosswalk.literals(some) ~ "])" -%}
        {%- for row in run_query(query).rows -%}
            {%- set is_hashed = ', md5 ' in before.get(row[0], '') -%}
            {%- set hash = run_query("select md5(content) from read_blob([" ~ crosswalk.literals([row[0]]) ~ "])").rows[0][0] if (row[2] or is_hashed) and row[3] < 500000000 -%}
            {%- do stamps.update({row[0]: row[1] ~ (', md5 ' ~ hash if hash else (', being written' if row[2] else ''))}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(stamps) }}
{%- endmacro %}

{# PostgreSQL manual, 9.4 String Functions; the sum of hashes does not ask for an order. #}
{% macro postgres__file_stamps(files, table, before, settled, settled_query) -%}
    {{- return(crosswalk.python__file_stamps("hashtextextended(concat_ws('|', line_number, read_error, line), 0)", table, before, settled, settled_query)) -}}
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: xxhash64; as a decimal, since a sum of bigint that does not fit is an error. #}
{% macro spark__file_stamps(files, table, before, settled, settled_query) -%}
    {{- return(crosswalk.python__file_stamps("cast(xxhash64(line_number, read_error, line) as decimal(20, 0))", table, before, settled, settled_query)) -}}
{%- endmacro %}

{% macro databricks__file_stamps(files, table, before, settled, settled_query) -%}
    {{- return(crosswalk.spark__file_stamps(files, table, before, settled, settled_query)) -}}
{%- endmacro %}

{# Snowflake Documentation, HASH. #}
{% macro snowflake__file_stamps(files, table, before, settled, settled_query) -%}
    {{- return(crosswalk.python__file_stamps("hash(line_number, read_error, line)", table, before, settled, settled_query)) -}}
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, FARMFINGERPRINT64. #}
{% macro redshift__file_stamps(files, table, before, settled, settled_query) -%}
    {{- return(crosswalk.python__file_stamps("cast(farmfingerprint64(coalesce(cast(line_number as varchar), '') || '|' || coalesce(read_error, '') || '|' || coalesce(line, '')) as numeric(38, 0))", table, before, settled, settled_query)) -}}
{%- endmacro %}

{# GoogleSQL reference, Hash functions: FARM_FINGERPRINT. #}
{% macro bigquery__file_stamps(files, table, before, settled, settled_query) -%}
    {{- return(crosswalk.python__file_stamps("cast(farm_fingerprint(concat(coalesce(cast(line_number as string), ''), '|', coalesce(read_error, ''), '|', coalesce(line, ''))) as bignumeric)", table, before, settled, settled_query)) -}}
{%- endmacro %}
