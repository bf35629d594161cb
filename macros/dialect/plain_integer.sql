{# The digits of a whole number that was written as a float (4810060720600030.0, 4.81e+15), as text; null where the text is none. #}
{% macro plain_integer(text) -%}
    {{- return(adapter.dispatch('plain_integer', 'crosswalk')(text)) -}}
{%- endmacro %}

{% macro default__plain_integer(text) %}{{ crosswalk.lacks_verb('plain_integer') }}{% endmacro %}

{% macro duckdb__plain_integer(text) -%}
    case
        when regexp_matches({{ text }}, '^\d+[.]0+$') then regexp_extract({{ text }}, '^(\d+)', 1)
        when regexp_matches({{ text }}, '^\d([.]\d+)?[eE][+]?\d{1,2}$')
            then try_cast(try_cast({{ text }} as decimal(38, 0)) as varchar)
    end
{%- endmacro %}

{% macro postgres__plain_integer(text) -%}
    {{ crosswalk.postgres__function('plain_integer') }}(({{ text }})::text)
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: try_cast. #}
{% macro spark__plain_integer(text) -%}
    case
        when {{ text }} rlike '^[0-9]+[.]0+$' then regexp_extract({{ text }}, '^([0-9]+)', 1)
        when {{ text }} rlike '^[0-9]([.][0-9]+)?[eE][+]?[0-9]{1,2}$' then cast(try_cast({{ text }} as decimal(38, 0)) as string)
    end
{%- endmacro %}

{% macro databricks__plain_integer(text) -%}
    {{- return(crosswalk.spark__plain_integer(text)) -}}
{%- endmacro %}

{% macro snowflake__plain_integer(text) -%}
    {{ crosswalk.python__call('text', 'plain_integer', [text]) }}
{%- endmacro %}

{% macro redshift__plain_integer(text) -%}
    {{ crosswalk.python__call('text', 'plain_integer', [text]) }}
{%- endmacro %}

{% macro bigquery__plain_integer(text) -%}
    {{ crosswalk.python__call('text', 'plain_integer', [text]) }}
{%- endmacro %}
