{# Aggregate: a JSON object, as text, from key and JSON text pairs, keys in order. #}
{% macro json_object_agg(key, value) -%}
    {{- return(adapter.dispatch('json_object_agg', 'crosswalk')(key, value)) -}}
{%- endmacro %}

{% macro default__json_object_agg(key, value) %}{{ crosswalk.lacks_verb('json_object_agg') }}{% endmacro %}

{% macro duckdb__json_object_agg(key, value) -%}
    '{' || coalesce(string_agg(to_json({{ key }})::varchar || ':' || {{ value }}::varchar, ',' order by {{ key }}), '') || '}'
{%- endmacro %}

{# PostgreSQL manual, 9.21 Aggregate Functions; 24.2 Collation Support: C sorts by bytes. #}
{% macro postgres__json_object_agg(key, value) -%}
    '{' || coalesce(string_agg({{ crosswalk.postgres__function('json_string') }}(({{ key }})::text) || ':' || ({{ value }})::text, ',' order by ({{ key }})::text collate "C"), '') || '}'
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: collect_list, array_sort. #}
{% macro spark__json_object_agg(key, value) -%}
    {{ crosswalk.spark__object_of(
        'transform(array_sort(collect_list(struct(' ~ key ~ ' as key, ' ~ value ~ ' as value))), pair -> ' ~ crosswalk.json_string('pair.key') ~ " || ':' || pair.value)"
    ) }}
{%- endmacro %}

{% macro databricks__json_object_agg(key, value) -%}
    {{- return(crosswalk.spark__json_object_agg(key, value)) -}}
{%- endmacro %}

{# Snowflake Documentation, LISTAGG. #}
{% macro snowflake__json_object_agg(key, value) -%}
    '{' || coalesce(listagg({{ crosswalk.json_string(key) }} || ':' || {{ value }}, ',') within group (order by {{ key }}), '') || '}'
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, LISTAGG; its result has at most 65,535 bytes. #}
{% macro redshift__json_object_agg(key, value) -%}
    '{' || coalesce(listagg({{ crosswalk.json_string(key) }} || ':' || {{ value }}, ',') within group (order by {{ key }}), '') || '}'
{%- endmacro %}

{# GoogleSQL reference, Aggregate functions: STRING_AGG. #}
{% macro bigquery__json_object_agg(key, value) -%}
    '{' || coalesce(string_agg({{ crosswalk.json_string(key) }} || ':' || {{ value }}, ',' order by {{ key }}), '') || '}'
{%- endmacro %}
