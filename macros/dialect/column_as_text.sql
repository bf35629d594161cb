{# A column of a table as text, by its type: what a cast gives, of JSON that is a string the string itself, and of other JSON its text. `type` is the engine's
   name of it. Null stays null. #}
{% macro column_as_text(column, type) -%}
    {{- return(adapter.dispatch('column_as_text', 'crosswalk')(column, type)) -}}
{%- endmacro %}

{% macro default__column_as_text(column, type) %}{{ crosswalk.lacks_verb('column_as_text') }}{% endmacro %}

{% macro duckdb__column_as_text(column, type) -%}
    {%- if type | lower == 'json' -%}
    ({{ column }} ->> '$')
    {%- else -%}
    cast({{ column }} as varchar)
    {%- endif -%}
{%- endmacro %}

{# PostgreSQL manual, 9.16 JSON Functions and Operators: the operator #>> with an empty path. #}
{% macro postgres__column_as_text(column, type) -%}
    {%- if type | lower in ('json', 'jsonb') -%}
    ({{ column }} #>> '{}')
    {%- else -%}
    cast({{ column }} as text)
    {%- endif -%}
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: to_json; a VARIANT is cast to a text. #}
{% macro spark__column_as_text(column, type) -%}
    {%- set name = type | lower -%}
    {%- if name == 'object' or name.startswith('struct') or name.startswith('array') or name.startswith('map') -%}
    to_json({{ column }})
    {%- else -%}
    cast({{ column }} as string)
    {%- endif -%}
{%- endmacro %}

{% macro databricks__column_as_text(column, type) -%}
    {{- return(crosswalk.spark__column_as_text(column, type)) -}}
{%- endmacro %}

{# Snowflake Documentation, Semi-structured data types: a VARIANT is cast to a text so. #}
{% macro snowflake__column_as_text(column, type) -%}
    {%- if type | lower in ('object', 'array') -%}
    to_json({{ column }})
    {%- else -%}
    cast({{ column }} as varchar)
    {%- endif -%}
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, SUPER type information functions: IS_VARCHAR; JSON_SERIALIZE. #}
{% macro redshift__column_as_text(column, type) -%}
    {%- if type | lower == 'super' -%}
    case when is_varchar({{ column }}) then cast({{ column }} as varchar(65535)) else json_serialize({{ column }}) end
    {%- else -%}
    cast({{ column }} as varchar(65535))
    {%- endif -%}
{%- endmacro %}

{# GoogleSQL reference, JSON functions: JSON_VALUE gives the text of what is neither an object nor an array, TO_JSON_STRING that of the others. There is no cast. #}
{% macro bigquery__column_as_text(column, type) -%}
    {%- set kind = type | lower -%}
    {%- if kind == 'json' -%}
    case when {{ column }} is not null then coalesce(json_value({{ column }}), to_json_string({{ column }})) end
    {%- elif kind.startswith('struct') or kind.startswith('array') or kind.startswith('record') -%}
    to_json_string({{ column }})
    {%- else -%}
    cast({{ column }} as string)
    {%- endif -%}
{%- endmacro %}
