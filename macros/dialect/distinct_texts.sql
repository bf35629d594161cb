{# Aggregate: the texts of a group, each once and in order, with a literal separator between them. #}
{% macro distinct_texts(text, separator) -%}
    {{- return(adapter.dispatch('distinct_texts', 'crosswalk')(text, separator)) -}}
{%- endmacro %}

{% macro default__distinct_texts(text, separator) %}{{ crosswalk.lacks_verb('distinct_texts') }}{% endmacro %}

{% macro duckdb__distinct_texts(text, separator) -%}
    string_agg(distinct {{ text }}, {{ crosswalk.literal(separator) }} order by {{ text }})
{%- endmacro %}

{# PostgreSQL manual, 9.21 Aggregate Functions. #}
{% macro postgres__distinct_texts(text, separator) -%}
    string_agg(distinct {{ text }}, {{ crosswalk.literal(separator) }} order by {{ text }})
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: collect_set, array_sort. #}
{% macro spark__distinct_texts(text, separator) -%}
    array_join(array_sort(collect_set({{ text }})), {{ crosswalk.literal(separator) }})
{%- endmacro %}

{% macro databricks__distinct_texts(text, separator) -%}
    {{- return(crosswalk.spark__distinct_texts(text, separator)) -}}
{%- endmacro %}

{# Snowflake Documentation, LISTAGG. #}
{% macro snowflake__distinct_texts(text, separator) -%}
    nullif(listagg(distinct {{ text }}, {{ crosswalk.literal(separator) }}) within group (order by {{ text }}), '')
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, LISTAGG. #}
{% macro redshift__distinct_texts(text, separator) -%}
    nullif(listagg(distinct {{ text }}, {{ crosswalk.literal(separator) }}) within group (order by {{ text }}), '')
{%- endmacro %}

{# GoogleSQL reference, Aggregate functions: STRING_AGG. #}
{% macro bigquery__distinct_texts(text, separator) -%}
    string_agg(distinct {{ text }}, {{ crosswalk.literal(separator) }} order by {{ text }})
{%- endmacro %}
