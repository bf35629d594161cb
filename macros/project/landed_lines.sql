{# The body of a source's `__lines` model: the raw lines of its files, one a row, looked into only as far as every warehouse needs. `settings` are the
   variables that name the files; the first has to find one. A source whose files are not all text gives a query (file, line and the columns `more`) of
   its own instead. #}
{% macro landed_lines(source, settings=none, query=none, more=[]) -%}
{%- set settings = settings or [source ~ '_files'] -%}
with

lines as (

    {% if query -%}
    {{ query | indent(4) }}
    {%- else -%}
    select file, line
    from {{ crosswalk.read_lines(crosswalk.source_files(source, settings), 'stg_' ~ source ~ '__lines') }}
    {%- endif %}

),

inspected as (

    select
        {{ (['file', 'line'] + more) | join(', ') }},
        {{ crosswalk.json_nul_escape('line') }} as has_nul,
        {{ crosswalk.json_lone_surrogate('line') }} as has_lone_surrogate
    from lines

),

repaired as (

    select
        {{ (['file'] + more) | join(', ') }},
        case when has_nul or has_lone_surrogate then {{ crosswalk.json_repair_escapes('line') }} else line end as line,
        coalesce(has_nul, false) as has_nul,
        coalesce(has_lone_surrogate, false) as has_lone_surrogate
    from inspected

),

judged as (

    select
        *,
        {{ crosswalk.json_is_strict_object('line') | indent(8) }} as is_strict
    from repaired

),

unreadable_files as (

    {%- for file in crosswalk.files_set_aside(settings) %}
    select {{ crosswalk.literal(file) }} as file
    {{ 'union all' if not loop.last }}
    {%- else %}
    select cast(null as {{ dbt.type_string() }}) as file
    where false
    {%- endfor %}

)

select
    file,
    line,
    is_strict,
    has_nul,
    has_lone_surrogate,
    {%- for column in more %}
    {{ column }},
    {%- endfor %}
    cast(null as {{ dbt.type_string() }}) as read_error,
    cast(null as {{ dbt.type_bigint() }}) as line_number,
    case when is_strict then {{ crosswalk.json_key_shape('line') }} end as key_shape
from judged

union all

select
    file,
    cast(null as {{ dbt.type_string() }}) as line,
    false as is_strict,
    false as has_nul,
    false as has_lone_surrogate,
    {%- for column in more %}
    null as {{ column }},
    {%- endfor %}
    'unreadable_file' as read_error,
    cast(null as {{ dbt.type_bigint() }}) as line_number,
    null as key_shape
from unreadable_files
{%- endmacro %}

{# What the post-hook of the same model inserts into it (file, line, is_strict, has_nul, has_lone_surrogate, read_error, line_number): the lines that the
   engine could not read at all. #}
{% macro landed_rejects(source) -%}
select file, line, false, false, false, reason, line_number
from ({{ crosswalk.read_rejects('stg_' ~ source ~ '__lines') }}) as rejects
{%- endmacro %}
