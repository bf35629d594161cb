{# The text as bigint, or null. 5.0 is no whole number here. #}
{% macro safe_integer(text) -%}
    {{- return(adapter.dispatch('safe_integer', 'crosswalk')(text)) -}}
{%- endmacro %}

{% macro default__safe_integer(text) %}{{ crosswalk.lacks_verb('safe_integer') }}{% endmacro %}

{% macro duckdb__safe_integer(text) -%}
    case when regexp_matches({{ text }}, '^-?\d{1,19}$') then try_cast({{ text }} as bigint) end
{%- endmacro %}

{% macro postgres__safe_integer(text) -%}
    {{ crosswalk.postgres__function('safe_integer') }}(({{ text }})::text)
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: try_cast. #}
{% macro spark__safe_integer(text) -%}
    case when {{ text }} rlike '^-?[0-9]{1,19}$' then try_cast({{ text }} as bigint) end
{%- endmacro %}

{% macro databricks__safe_integer(text) -%}
    {{- return(crosswalk.spark__safe_integer(text)) -}}
{%- endmacro %}

{% macro snowflake__safe_integer(text) -%}
    {{ crosswalk.python__call('count', 'safe_integer', [text]) }}
{%- endmacro %}

{% macro redshift__safe_integer(text) -%}
    {{ crosswalk.python__call('count', 'safe_integer', [text]) }}
{%- endmacro %}

{# GoogleSQL reference, Conversion functions: SAFE_CAST. #}
{% macro bigquery__safe_integer(text) -%}
    case when regexp_contains({{ text }}, r'^-?[0-9]{1,19}$') then safe_cast({{ text }} as int64) end
{%- endmacro %}
