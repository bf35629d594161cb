{{ config(
    materialized='table',
    post_hook="insert into {{ this }} (file, line, is_strict, has_nul, has_lone_surrogate, read_error, line_number)
        select file, line, false, false, false, reason, line_number from ({{ crosswalk.read_rejects('stg_amplitude__lines') }}) as rejects",
) }}

{%- set files = crosswalk.source_files('amplitude') %}

with

lines as (

    select file, line
    from {{ crosswalk.read_lines(files, 'stg_amplitude__lines') }}

),

inspected as (

    select
        file,
        line,
        {{ crosswalk.json_nul_escape('line') }} as has_nul,
        {{ crosswalk.json_lone_surrogate('line') }} as has_lone_surrogate
    from lines

),

repaired as (

    select
        file,
        case when has_nul or has_lone_surrogate then {{ crosswalk.json_repair_escapes('line') }} else line end as line,
        coalesce(has_nul, false) as has_nul,
        coalesce(has_lone_surrogate, false) as has_lone_surrogate
    from inspected

),

unreadable_files as (

    {%- for file in var('unreadable_files') %}
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
    {{ crosswalk.json_is_strict_object('line') }} as is_strict,
    has_nul,
    has_lone_surrogate,
    cast(null as {{ dbt.type_string() }}) as read_error,
    cast(null as {{ dbt.type_bigint() }}) as line_number
from repaired

union all

select
    file,
    cast(null as {{ dbt.type_string() }}) as line,
    false as is_strict,
    false as has_nul,
    false as has_lone_surrogate,
    'unreadable_file' as read_error,
    cast(null as {{ dbt.type_bigint() }}) as line_number
from unreadable_files
