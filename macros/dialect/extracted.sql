{# The first group of a regular expression (RE2) in a text; null where it does not match. #}
{% macro extracted(text, pattern) -%}
    {{- return(adapter.dispatch('extracted', 'crosswalk')(text, pattern)) -}}
{%- endmacro %}

{% macro default__extracted(text, pattern) %}{{ crosswalk.lacks_verb('extracted') }}{% endmacro %}

{% macro duckdb__extracted(text, pattern) -%}
    case when regexp_matches({{ text }}, {{ crosswalk.literal(pattern) }}) then regexp_extract({{ text }}, {{ crosswalk.literal(pattern) }}, 1) end
{%- endmacro %}

{# PostgreSQL manual, 9.7.3 POSIX Regular Expressions. #}
{% macro postgres__extracted(text, pattern) -%}
    (regexp_match({{ text }}, {{ crosswalk.literal(pattern) }}))[1]
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: regexp_extract_all; regexp_extract gives no null. #}
{% macro spark__extracted(text, pattern) -%}
    get(regexp_extract_all({{ text }}, {{ crosswalk.spark__expression(pattern) }}, 1), 0)
{%- endmacro %}

{% macro databricks__extracted(text, pattern) -%}
    {{- return(crosswalk.spark__extracted(text, pattern)) -}}
{%- endmacro %}

{% macro snowflake__extracted(text, pattern) -%}
    {{ crosswalk.python__call('text', 'extracted', [text, crosswalk.literal(pattern)]) }}
{%- endmacro %}

{% macro redshift__extracted(text, pattern) -%}
    {{ crosswalk.python__call('text', 'extracted', [text, crosswalk.literal(pattern)]) }}
{%- endmacro %}

{# GoogleSQL reference, String functions: REGEXP_EXTRACT, with RE2 as on DuckDB. It takes one group only, so the others are written as none. #}
{% macro bigquery__extracted(text, pattern) -%}
    {%- set group = '(?<![\\\\[])[(](?![?])' -%}
    {%- set parts = modules.re.split(group, pattern, 1) -%}
    {%- set pattern = parts[0] ~ '(' ~ modules.re.sub(group, '(?:', parts[1]) -%}
    case when regexp_contains({{ text }}, {{ crosswalk.literal(pattern) }}) then coalesce(regexp_extract({{ text }}, {{ crosswalk.literal(pattern) }}), '') end
{%- endmacro %}
