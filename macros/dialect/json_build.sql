{# A JSON object, as text, from [name expression, JSON text expression] pairs; pairs whose value is null are left out.
   Names are SQL expressions that give a JSON string, see `json_name`. #}
{% macro json_build(pairs) -%}
    {{- return(adapter.dispatch('json_build', 'crosswalk')(pairs)) -}}
{%- endmacro %}

{% macro default__json_build(pairs) %}{{ crosswalk.lacks_verb('json_build') }}{% endmacro %}

{# `concat` and not `||`: each `||` copies what was put together before it. #}
{% macro duckdb__json_build(pairs) -%}
    concat('{', concat_ws(','
        {%- for pair in pairs %},
        {{ pair[0] }} || ':' || {{ pair[1] }}
        {%- else %}, null::varchar
        {%- endfor %}
    ), '}')
{%- endmacro %}

{# PostgreSQL manual, 9.19 Array Functions and Operators: nulls are left out; a function takes 100 arguments at most, an array any number. #}
{% macro postgres__json_build(pairs) -%}
    '{' || array_to_string(array[
        {%- for pair in pairs %}
        ({{ pair[0] }}) || ':' || ({{ pair[1] }}){{ ',' if not loop.last }}
        {%- endfor %}
    ]::text[], ',') || '}'
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: array_join leaves nulls out. #}
{% macro spark__json_build(pairs) -%}
    '{' || array_join(cast(array(
        {%- for pair in pairs %}
        ({{ pair[0] }}) || ':' || ({{ pair[1] }}){{ ',' if not loop.last }}
        {%- endfor %}
    ) as array<string>), ',') || '}'
{%- endmacro %}

{% macro databricks__json_build(pairs) -%}
    {{- return(crosswalk.spark__json_build(pairs)) -}}
{%- endmacro %}

{% macro snowflake__json_build(pairs) -%}
    '{' || {{ crosswalk.python__joined(pairs) | indent(4) }} || '}'
{%- endmacro %}

{% macro redshift__json_build(pairs) -%}
    '{' || {{ crosswalk.python__joined(pairs) | indent(4) }} || '}'
{%- endmacro %}

{% macro bigquery__json_build(pairs) -%}
    '{' || {{ crosswalk.python__joined(pairs) | indent(4) }} || '}'
{%- endmacro %}
