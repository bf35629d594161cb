{# The text as double, or null where it is no finite number. #}
{% macro safe_number(text) -%}
    {{- return(adapter.dispatch('safe_number', 'crosswalk')(text)) -}}
{%- endmacro %}

{% macro default__safe_number(text) %}{{ crosswalk.lacks_verb('safe_number') }}{% endmacro %}

{% macro duckdb__safe_number(text) -%}
    case when regexp_matches({{ text }}, '^-?\d+(\.\d+)?([eE][-+]?\d+)?$') and isfinite(try_cast({{ text }} as double)) then try_cast({{ text }} as double) end
{%- endmacro %}

{% macro postgres__safe_number(text) -%}
    {{ crosswalk.postgres__function('safe_number') }}(({{ text }})::text)
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: try_cast. #}
{% macro spark__safe_number(text) -%}
    case
        when {{ text }} rlike '^-?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]+)?$' and abs(try_cast({{ text }} as double)) < double('Infinity') then try_cast({{ text }} as double)
    end
{%- endmacro %}

{% macro databricks__safe_number(text) -%}
    {{- return(crosswalk.spark__safe_number(text)) -}}
{%- endmacro %}

{% macro snowflake__safe_number(text) -%}
    {{ crosswalk.python__call('number', 'safe_number', [text]) }}
{%- endmacro %}

{% macro redshift__safe_number(text) -%}
    {{ crosswalk.python__call('number', 'safe_number', [text]) }}
{%- endmacro %}

{% macro bigquery__safe_number(text) -%}
    {{ crosswalk.python__call('number', 'safe_number', [text]) }}
{%- endmacro %}
