{# The body of a source's `__lines` model: the raw lines of its files, one a row, looked into only as far as every warehouse needs. `settings` are the
   variables that name the files; the first has to find one. A source whose files are not all text gives a query (file, line and the columns `more`) of
   its own instead. #}
{% macro landed_lines(source, settings=none, query=none, more=[]) -%}
{%- set is_private = crosswalk.has_private_properties() -%}
{%- set settings = settings or [source ~ '_files'] -%}
{%- if is_private %}
-- depends_on: {{ ref('crosswalk_properties') }} {{ ref(var('crosswalk_properties_custom')) }}
{% endif -%}
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

unreadable_files as (

    {%- for file in crosswalk.files_set_aside(settings) %}
    select {{ crosswalk.literal(file) }} as file
    {{ 'union all' if not loop.last }}
    {%- else %}
    select cast(null as {{ dbt.type_string() }}) as file
    where false
    {%- endfor %}

)

{%- if is_private %},

strict_lines as (

    select
        *,
        {{ crosswalk.json_is_strict_object('line') }} as is_strict
    from repaired

),

public_lines as (

    {{ crosswalk.public_lines(source, 'strict_lines', ['file', 'is_strict', 'has_nul', 'has_lone_surrogate'] + more, 'is_strict') | indent(4) }}

)
{%- endif %}

select
    file,
    {%- if is_private %}
    {#- Mixpanel's broken records are put together from such lines, which are withheld then #}
    {{ 'line' if source == 'mixpanel' else 'case when is_strict then line else ' ~ crosswalk.withheld(source, 'line') ~ ' end as line' }},
    is_strict,
    has_denied,
    has_hashed,
    has_deep,
    {%- else %}
    line,
    {{ crosswalk.json_is_strict_object('line') }} as is_strict,
    {%- endif %}
    has_nul,
    has_lone_surrogate,
    {%- for column in more %}
    {{ column }},
    {%- endfor %}
    cast(null as {{ dbt.type_string() }}) as read_error,
    cast(null as {{ dbt.type_bigint() }}) as line_number
from {{ 'public_lines' if is_private else 'repaired' }}

union all

select
    file,
    cast(null as {{ dbt.type_string() }}) as line,
    false as is_strict,
    {%- if is_private %}
    false as has_denied,
    false as has_hashed,
    false as has_deep,
    {%- endif %}
    false as has_nul,
    false as has_lone_surrogate,
    {%- for column in more %}
    null as {{ column }},
    {%- endfor %}
    'unreadable_file' as read_error,
    cast(null as {{ dbt.type_bigint() }}) as line_number
from unreadable_files
{%- endmacro %}

{# What the post-hook of the same model inserts into it (file, line, is_strict, has_nul, has_lone_surrogate, read_error, line_number): the lines that the
   engine could not read at all. #}
{% macro landed_rejects(source) -%}
select file, {{ crosswalk.withheld(source, 'line') if crosswalk.has_private_properties() else 'line' }}, false, false, false, reason, line_number
from ({{ crosswalk.read_rejects('stg_' ~ source ~ '__lines') }}) as rejects
{%- endmacro %}
