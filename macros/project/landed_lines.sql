{# The body of a source's `__lines` model: the raw lines of its files, one a row, looked into only as far as every warehouse needs. `settings` are the
   variables that name the files; the first has to find one. A source whose files are not all text gives a query (file, line and the columns `more`) of
   its own instead. #}
{% macro landed_lines(source, settings=none, query=none, more=[]) -%}
{%- set is_private = crosswalk.has_private_properties() -%}
{%- set settings = settings or [source ~ '_files'] -%}
{%- set given = more + crosswalk.raw_line_columns() -%}
{%- set landed = ('fitting_lines' if crosswalk.longest_line() else 'public_lines') if is_private else 'judged' -%}
{#- Always, although only the private settings read them: a unit test sets those where the project does not, and runs as soon as its model may. #}
-- depends_on: {{ ref('crosswalk_properties') }} {{ ref(var('crosswalk_properties_custom')) }} {{ ref('crosswalk_columns') }}
with

lines as (

    {% if query -%}
    {{ query | indent(4) }}
    {%- else -%}
    {{ crosswalk.raw_lines(source, settings) | indent(4) }}
    {%- endif %}

),

inspected as (

    select
        {{ (['file', 'line'] + given) | join(', ') }},
        {{ crosswalk.json_nul_escape('line') }} as has_nul,
        {{ crosswalk.json_lone_surrogate('line') }} as has_lone_surrogate
    from lines

),

repaired as (

    select
        {{ (['file'] + given) | join(', ') }},
        case when has_nul or has_lone_surrogate then {{ crosswalk.json_repair_escapes('line') }} else line end as line,
        coalesce(has_nul, false) as has_nul,
        coalesce(has_lone_surrogate, false) as has_lone_surrogate
    from inspected

),

judged as (

    select
        *,
        {%- if crosswalk.reads_files() %}
        {{ crosswalk.json_is_strict_object('line') | indent(8) }} as is_strict
        {%- else %}
        case when read_error is null then {{ crosswalk.json_is_strict_object('line') }} else false end as is_strict
        {%- endif %}
    from repaired

)
{%- if is_private %},

public_lines as (

    {{ crosswalk.public_lines(source, 'judged', ['file', 'is_strict', 'has_nul', 'has_lone_surrogate'] + given, 'is_strict') | indent(4) }}

)
{%- if crosswalk.longest_line() %},

-- a hash is longer than what it stands for, so a line may find no room any more
fitting_lines as (

    select
        {{ (['file', 'has_nul', 'has_lone_surrogate', 'has_denied', 'has_hashed', 'has_deep'] + given) | reject('equalto', 'read_error') | join(', ') }},
        is_strict and line <> '' as is_strict,
        case when is_strict and line = '' then {{ crosswalk.withheld_text() }} else line end as line,
        case when is_strict and line = '' then 'line_too_long' else read_error end as read_error
    from public_lines

)
{%- endif %}
{%- endif %}
{%- if crosswalk.reads_files() %},

unreadable_files as (

    {%- for file in crosswalk.files_to_set_aside(source, settings) %}
    select {{ crosswalk.literal(file) }} as file
    {{ 'union all' if not loop.last }}
    {%- else %}
    select cast(null as {{ dbt.type_string() }}) as file
    where false
    {%- endfor %}

)
{%- endif %}

select
    file,
    {%- if is_private %}
    {#- Mixpanel's broken records are put together from such lines, which are withheld then #}
    {{ 'line' if source == 'mixpanel' else 'case when is_strict then line else ' ~ crosswalk.withheld(source, 'line') ~ ' end as line' }},
    has_denied,
    has_hashed,
    has_deep,
    {%- else %}
    line,
    {%- endif %}
    is_strict,
    has_nul,
    has_lone_surrogate,
    {%- for column in more %}
    {{ column }},
    {%- endfor %}
    {%- if crosswalk.reads_files() %}
    cast(null as {{ dbt.type_string() }}) as read_error,
    cast(null as {{ dbt.type_bigint() }}) as line_number,
    {%- else %}
    {{ crosswalk.landed_position([crosswalk.by_bytes('file'), 'line_number', crosswalk.by_bytes('line')]) }}
    read_error,
    line_number,
    {%- endif %}
    case when is_strict then {{ crosswalk.json_key_shape('line') }} end as key_shape
    {{- crosswalk.and_kept(crosswalk.landed_in(source)) }}
from {{ landed }}
{{ crosswalk.landed_parts(landed) }}
{%- if crosswalk.reads_files() %}

union all

select
    file,
    cast(null as {{ dbt.type_string() }}) as line,
    {%- if is_private %}
    false as has_denied,
    false as has_hashed,
    false as has_deep,
    {%- endif %}
    false as is_strict,
    false as has_nul,
    false as has_lone_surrogate,
    {%- for column in more %}
    null as {{ column }},
    {%- endfor %}
    'unreadable_file' as read_error,
    cast(null as {{ dbt.type_bigint() }}) as line_number,
    null as key_shape
    {{- crosswalk.and_kept(crosswalk.landed_in(source)) }}
from unreadable_files
{%- endif %}
{%- endmacro %}

{# What the post-hook of the same model inserts into it (file, line, is_strict, has_nul, has_lone_surrogate, read_error, line_number, and landed_in where rows
   are kept): the lines that an engine that reads files could not read at all. #}
{% macro landed_rejects(source) -%}
select file, {{ crosswalk.withheld(source, 'line') if crosswalk.has_private_properties() else 'line' }}, false, false, false, reason, line_number{{ crosswalk.and_kept(crosswalk.landed_in(source)) }}
from ({{ crosswalk.read_rejects('stg_' ~ source ~ '__lines') }}) as rejects
{%- endmacro %}
