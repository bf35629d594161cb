{# A column of a table as JSON text, by its type: numbers and booleans as such, times as Amplitude's exports write them (UTC, microseconds), JSON as it is, and
   anything else as a string. `type` is the engine's name of it. Null stays null. #}
{% macro column_as_json(column, type) -%}
    {{- return(adapter.dispatch('column_as_json', 'crosswalk')(column, type)) -}}
{%- endmacro %}

{% macro default__column_as_json(column, type) %}{{ crosswalk.lacks_verb('column_as_json') }}{% endmacro %}

{% macro duckdb__column_as_json(column, type) -%}
    {%- if type | lower == 'timestamp with time zone' -%}
    to_json(strftime(timezone('UTC', {{ column }}), '%Y-%m-%d %H:%M:%S.%f'))::varchar
    {%- elif type | lower == 'timestamp' -%}
    to_json(strftime({{ column }}, '%Y-%m-%d %H:%M:%S.%f'))::varchar
    {%- else -%}
    to_json({{ column }})::varchar
    {%- endif -%}
{%- endmacro %}

{# PostgreSQL manual, 9.16 JSON Functions, 9.8 Data Type Formatting Functions. #}
{% macro postgres__column_as_json(column, type) -%}
    {%- if type | lower in ('timestamp with time zone', 'timestamptz') -%}
    cast(to_json(to_char({{ column }} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')) as text)
    {%- elif type | lower in ('timestamp without time zone', 'timestamp') -%}
    cast(to_json(to_char({{ column }}, 'YYYY-MM-DD HH24:MI:SS.US')) as text)
    {%- else -%}
    cast(to_json({{ column }}) as text)
    {%- endif -%}
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: date_format, to_json; Data Types. What is no number (NaN, Infinity) is null. #}
{% macro spark__column_as_json(column, type) -%}
    {%- set name = type | lower -%}
    {%- if name in ('timestamp', 'timestamp_ltz', 'timestamp_ntz') -%}
    {{ crosswalk.json_string("date_format(" ~ column ~ ", 'yyyy-MM-dd HH:mm:ss.SSSSSS')") }}
    {%- elif name in ('boolean', 'tinyint', 'smallint', 'int', 'bigint') or name.startswith('decimal') -%}
    cast({{ column }} as string)
    {%- elif name in ('float', 'double') -%}
    case when not isnan({{ column }}) and abs({{ column }}) < double('Infinity') then {{ crosswalk.number_text('cast(' ~ column ~ ' as double)') }} end
    {%- elif name in ('variant', 'object') or name.startswith('struct') or name.startswith('array') or name.startswith('map') -%}
    to_json({{ column }})
    {%- else -%}
    {{ crosswalk.json_string('cast(' ~ column ~ ' as string)') }}
    {%- endif -%}
{%- endmacro %}

{% macro databricks__column_as_json(column, type) -%}
    {{- return(crosswalk.spark__column_as_json(column, type)) -}}
{%- endmacro %}

{# Snowflake Documentation, TO_JSON, TO_CHAR, Date and Time Input and Output Formats. #}
{% macro snowflake__column_as_json(column, type) -%}
    {%- set kind = type | lower -%}
    {%- if kind in ('variant', 'object', 'array') -%}
    {{ crosswalk.json_minify('to_json(' ~ column ~ ')') }}
    {%- elif kind.startswith('timestamp_tz') or kind.startswith('timestamp_ltz') -%}
    '"' || to_char(convert_timezone('UTC', {{ column }}), 'YYYY-MM-DD HH24:MI:SS.FF6') || '"'
    {%- elif kind.startswith('timestamp') -%}
    '"' || to_char({{ column }}, 'YYYY-MM-DD HH24:MI:SS.FF6') || '"'
    {%- elif kind in ('float', 'double', 'real') -%}
    {{ crosswalk.number_text(column) }}
    {%- elif kind.startswith('number') or kind in ('boolean', 'bigint', 'integer', 'int', 'fixed') -%}
    to_varchar({{ column }})
    {%- else -%}
    {{ crosswalk.json_string('to_varchar(' ~ column ~ ')') }}
    {%- endif -%}
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, JSON_SERIALIZE, Datetime format strings. #}
{% macro redshift__column_as_json(column, type) -%}
    {%- set kind = type | lower -%}
    {%- if kind == 'super' -%}
    {{ crosswalk.json_minify('json_serialize(' ~ column ~ ')') }}
    {%- elif kind in ('timestamp with time zone', 'timestamptz') -%}
    '"' || to_char({{ column }} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '"'
    {%- elif kind in ('timestamp without time zone', 'timestamp') -%}
    '"' || to_char({{ column }}, 'YYYY-MM-DD HH24:MI:SS.US') || '"'
    {%- elif kind in ('double precision', 'real', 'float8', 'float4') -%}
    {{ crosswalk.number_text(column) }}
    {%- elif kind == 'boolean' -%}
    case {{ column }} when true then 'true' when false then 'false' end
    {%- elif kind in ('bigint', 'integer', 'smallint', 'numeric') or kind.startswith('numeric') -%}
    cast({{ column }} as varchar)
    {%- else -%}
    {{ crosswalk.json_string('cast(' ~ column ~ ' as varchar(65535))') }}
    {%- endif -%}
{%- endmacro %}

{# GoogleSQL reference, JSON functions: TO_JSON_STRING; Timestamp functions: FORMAT_TIMESTAMP. #}
{% macro bigquery__column_as_json(column, type) -%}
    {%- set kind = type | lower -%}
    {%- if kind == 'json' or kind.startswith('struct') or kind.startswith('array') -%}
    {{ crosswalk.json_minify('to_json_string(' ~ column ~ ')') }}
    {%- elif kind == 'timestamp' -%}
    format_timestamp('"%Y-%m-%d %H:%M:%E6S"', {{ column }})
    {%- elif kind == 'datetime' -%}
    format_datetime('"%Y-%m-%d %H:%M:%E6S"', {{ column }})
    {%- elif kind in ('float64', 'float') -%}
    case when not is_nan({{ column }}) and not is_inf({{ column }}) then {{ crosswalk.number_text(column) }} end
    {%- elif kind in ('int64', 'integer', 'bool', 'boolean') or kind.startswith('numeric') or kind.startswith('bignumeric') -%}
    cast({{ column }} as string)
    {%- else -%}
    {{ crosswalk.json_string('cast(' ~ column ~ ' as string)') }}
    {%- endif -%}
{%- endmacro %}
