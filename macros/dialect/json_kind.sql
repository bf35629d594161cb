{# The kind of a JSON value: object, array, string, number, boolean, null; SQL null where there is none. #}
{% macro json_kind(value) -%}
    {{- return(adapter.dispatch('json_kind', 'crosswalk')(value)) -}}
{%- endmacro %}

{% macro default__json_kind(value) %}{{ crosswalk.lacks_verb('json_kind') }}{% endmacro %}

{# By its first character: a value is written without white space before it, and `json_type` would parse the whole of it. #}
{% macro duckdb__json_kind(value) -%}
    case left({{ value }}, 1)
        when '{' then 'object'
        when '[' then 'array'
        when '"' then 'string'
        when 't' then 'boolean'
        when 'f' then 'boolean'
        when 'n' then 'null'
        else case when {{ value }} is not null then 'number' end
    end
{%- endmacro %}

{% macro postgres__json_kind(value) -%}
    {{ crosswalk.postgres__function('json_kind') }}(({{ value }})::text)
{%- endmacro %}

{% macro spark__json_kind(value) -%}
    case substr({{ value }}, 1, 1)
        when '{' then 'object'
        when '[' then 'array'
        when '"' then 'string'
        when 't' then 'boolean'
        when 'f' then 'boolean'
        when 'n' then 'null'
        {%- for digit in '-0123456789' %}
        when '{{ digit }}' then 'number'
        {%- endfor %}
    end
{%- endmacro %}

{% macro databricks__json_kind(value) -%}
    {{- return(crosswalk.spark__json_kind(value)) -}}
{%- endmacro %}

{# Snowflake Documentation, LEFT. #}
{% macro snowflake__json_kind(value) -%}
    case left({{ value }}, 1)
        when '{' then 'object'
        when '[' then 'array'
        when '"' then 'string'
        when 't' then 'boolean'
        when 'f' then 'boolean'
        when 'n' then 'null'
        else case when {{ value }} is not null then 'number' end
    end
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, LEFT. #}
{% macro redshift__json_kind(value) -%}
    case left({{ value }}, 1)
        when '{' then 'object'
        when '[' then 'array'
        when '"' then 'string'
        when 't' then 'boolean'
        when 'f' then 'boolean'
        when 'n' then 'null'
        else case when {{ value }} is not null then 'number' end
    end
{%- endmacro %}

{% macro bigquery__json_kind(value) -%}
    case left({{ value }}, 1)
        when '{' then 'object'
        when '[' then 'array'
        when '"' then 'string'
        when 't' then 'boolean'
        when 'f' then 'boolean'
        when 'n' then 'null'
        else case when {{ value }} is not null then 'number' end
    end
{%- endmacro %}
