{# One JSON object, as text, from several object texts that share no key. Empty and null ones vanish. #}
{% macro json_splice(objects) -%}
    {{- return(adapter.dispatch('json_splice', 'crosswalk')(objects)) -}}
{%- endmacro %}

{% macro default__json_splice(objects) %}{{ crosswalk.lacks_verb('json_splice') }}{% endmacro %}

{% macro duckdb__json_splice(objects) -%}
    '{' || concat_ws(','
        {%- for object in objects %},
        {{ crosswalk.duckdb__json_members(object) }}
        {%- endfor %}
    ) || '}'
{%- endmacro %}

{# What stands between the braces of an object text; null where nothing does. An expression is given a name through a lambda, since the engine would work it
   out three times. #}
{% macro duckdb__json_members(object) -%}
    {%- if modules.re.match('^(cast[(])?[a-z_.]+( as [A-Za-z]+[)])?$', object) -%}
    nullif(substr({{ object }}, 2, length({{ object }}) - 2), '')
    {%- else -%}
    list_transform([{{ object }}], lambda spliced: nullif(substr(spliced, 2, length(spliced) - 2), ''))[1]
    {%- endif -%}
{%- endmacro %}

{# PostgreSQL manual, 9.19 Array Functions and Operators: nulls are left out. #}
{% macro postgres__json_splice(objects) -%}
    '{' || array_to_string(array[
        {%- for object in objects %}
        nullif(substr({{ object }}, 2, length({{ object }}) - 2), ''){{ ',' if not loop.last }}
        {%- endfor %}
    ]::text[], ',') || '}'
{%- endmacro %}
