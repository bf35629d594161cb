{# A double as text, the shortest that gives the same double: 37.7749, 1e+16, 1e-05. #}
{% macro number_text(number) -%}
    {{- return(adapter.dispatch('number_text', 'crosswalk')(number)) -}}
{%- endmacro %}

{% macro default__number_text(number) %}{{ crosswalk.lacks_verb('number_text') }}{% endmacro %}

{% macro duckdb__number_text(number) -%}
    cast({{ number }} as varchar)
{%- endmacro %}

{% macro postgres__number_text(number) -%}
    cast({{ number }} as text)
{%- endmacro %}

{% macro spark__number_text(number) -%}
    {{ crosswalk.spark__written_number(number) }}
{%- endmacro %}

{% macro databricks__number_text(number) -%}
    {{- return(crosswalk.spark__number_text(number)) -}}
{%- endmacro %}

{% macro snowflake__number_text(number) -%}
    {{ crosswalk.python__function('digits') }}('number_text', {{ number }})
{%- endmacro %}

{% macro redshift__number_text(number) -%}
    {{ crosswalk.python__function('digits') }}('number_text', {{ number }})
{%- endmacro %}

{% macro bigquery__number_text(number) -%}
    {{ crosswalk.python__function('digits') }}('number_text', {{ number }})
{%- endmacro %}
