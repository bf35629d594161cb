{# The path of one literal top-level key, as a SQL literal. Quoted, since `$.a.b` would read a key inside another one;
   keys with a quote or a backslash and the empty key only have a pointer form. #}
{# DuckDB manual, JSON overview: "JSON path" and "JSON pointer". #}
{% macro json_path(key) -%}
    {{- return(adapter.dispatch('json_path', 'crosswalk')(key)) -}}
{%- endmacro %}

{% macro default__json_path(key) %}{{ crosswalk.lacks_verb('json_path') }}{% endmacro %}

{% macro duckdb__json_path(key) -%}
    {%- set plain = key != '' and '"' not in key and '\\' not in key -%}
    {%- set path = '$."' ~ key ~ '"' if plain else '/' ~ key | replace('~', '~0') | replace('/', '~1') -%}
    '{{ path | replace("'", "''") }}'
{%- endmacro %}

{# PostgreSQL manual, 9.16 JSON Functions and Operators, the operator #>. #}
{% macro postgres__json_path(key) -%}
    array[{{ crosswalk.literal(key) }}]
{%- endmacro %}

{# A regular expression here: the entries before the key, then its value as the first group. #}
{% macro spark__json_path(key) -%}
    {%- set written = modules.re.escape(crosswalk.spark__key_text(key) | string) -%}
    {%- set value = crosswalk.spark__json_value_pattern() -%}
    {{ crosswalk.spark__pattern('^[{](?:(?!' ~ written ~ ':)' ~ crosswalk.spark__json_string_pattern() ~ ':' ~ value ~ ',)*+' ~ written ~ ':(' ~ value ~ ')[,}]') }}
{%- endmacro %}

{% macro databricks__json_path(key) -%}
    {{- return(crosswalk.spark__json_path(key)) -}}
{%- endmacro %}

{% macro snowflake__json_path(key) -%}
    {{ crosswalk.literal(key) }}
{%- endmacro %}

{% macro redshift__json_path(key) -%}
    {{ crosswalk.literal(key) }}
{%- endmacro %}

{% macro bigquery__json_path(key) -%}
    {{ crosswalk.literal(key) }}
{%- endmacro %}
