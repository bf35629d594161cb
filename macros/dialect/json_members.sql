{# What stands between the braces of an object text, as text; null where nothing does. #}
{% macro json_members(object) -%}
    {{- return(adapter.dispatch('json_members', 'crosswalk')(object)) -}}
{%- endmacro %}

{% macro default__json_members(object) %}{{ crosswalk.lacks_verb('json_members') }}{% endmacro %}

{# An expression gets a name through a lambda: the engine would work it out three times. #}
{% macro duckdb__json_members(object) -%}
    {%- if modules.re.match('^(cast[(])?[a-z_.]+( as [A-Za-z]+[)])?$', object) -%}
    nullif(substr({{ object }}, 2, length({{ object }}) - 2), '')
    {%- else -%}
    list_transform([{{ object }}], lambda spliced: nullif(substr(spliced, 2, length(spliced) - 2), ''))[1]
    {%- endif -%}
{%- endmacro %}

{# PostgreSQL manual, 9.4 String Functions and Operators. #}
{% macro postgres__json_members(object) -%}
    nullif(substr({{ object }}, 2, length({{ object }}) - 2), '')
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: substr. #}
{% macro spark__json_members(object) -%}
    {%- if modules.re.match('^[a-z_.]+$', object) -%}
    nullif(substr({{ object }}, 2, length({{ object }}) - 2), '')
    {%- else -%}
    {{ crosswalk.spark__let('spliced', object, "nullif(substr(spliced, 2, length(spliced) - 2), '')") }}
    {%- endif -%}
{%- endmacro %}

{% macro databricks__json_members(object) -%}
    {{- return(crosswalk.spark__json_members(object)) -}}
{%- endmacro %}

{% macro snowflake__json_members(object) -%}
    nullif(substr({{ object }}, 2, length({{ object }}) - 2), '')
{%- endmacro %}

{% macro redshift__json_members(object) -%}
    nullif(substr({{ object }}, 2, length({{ object }}) - 2), '')
{%- endmacro %}

{% macro bigquery__json_members(object) -%}
    nullif(substr({{ object }}, 2, length({{ object }}) - 2), '')
{%- endmacro %}
