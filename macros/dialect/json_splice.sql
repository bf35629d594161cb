{# One JSON object, as text, from several object texts that share no key. Empty and null ones vanish. #}
{% macro json_splice(objects) -%}
    {{- return(adapter.dispatch('json_splice', 'crosswalk')(objects)) -}}
{%- endmacro %}

{% macro default__json_splice(objects) %}{{ crosswalk.lacks_verb('json_splice') }}{% endmacro %}

{% macro duckdb__json_splice(objects) -%}
    concat('{', concat_ws(','
        {%- for object in objects %},
        {{ crosswalk.json_members(object) }}
        {%- endfor %}
    ), '}')
{%- endmacro %}

{# PostgreSQL manual, 9.19 Array Functions and Operators: nulls are left out. #}
{% macro postgres__json_splice(objects) -%}
    '{' || array_to_string(array[
        {%- for object in objects %}
        {{ crosswalk.postgres__json_members(object) }}{{ ',' if not loop.last }}
        {%- endfor %}
    ]::text[], ',') || '}'
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: array_join leaves nulls out. #}
{% macro spark__json_splice(objects) -%}
    '{' || array_join(cast(array(
        {%- for object in objects %}
        nullif(substr({{ object }}, 2, length({{ object }}) - 2), ''){{ ',' if not loop.last }}
        {%- endfor %}
    ) as array<string>), ',') || '}'
{%- endmacro %}

{% macro databricks__json_splice(objects) -%}
    {{- return(crosswalk.spark__json_splice(objects)) -}}
{%- endmacro %}

{% macro snowflake__json_splice(objects) -%}
    '{' || {{ crosswalk.python__joined_members(objects) | indent(4) }} || '}'
{%- endmacro %}

{% macro redshift__json_splice(objects) -%}
    '{' || {{ crosswalk.python__joined_members(objects) | indent(4) }} || '}'
{%- endmacro %}

{% macro bigquery__json_splice(objects) -%}
    '{' || {{ crosswalk.python__joined_members(objects) | indent(4) }} || '}'
{%- endmacro %}
