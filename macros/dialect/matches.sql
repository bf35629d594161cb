{# Whether a text matches a regular expression (a literal of the part that all engines share: classes, anchors, groups, counts). #}
{% macro matches(text, pattern) -%}
    {{- return(adapter.dispatch('matches', 'crosswalk')(text, pattern)) -}}
{%- endmacro %}

{% macro default__matches(text, pattern) %}{{ crosswalk.lacks_verb('matches') }}{% endmacro %}

{% macro duckdb__matches(text, pattern) -%}
    regexp_matches({{ text }}, {{ crosswalk.literal(pattern) }})
{%- endmacro %}

{# PostgreSQL manual, 9.7.3 POSIX Regular Expressions. #}
{% macro postgres__matches(text, pattern) -%}
    ({{ text }} ~ {{ crosswalk.literal(pattern) }})
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: rlike. #}
{% macro spark__matches(text, pattern) -%}
    ({{ text }} rlike {{ crosswalk.spark__expression(pattern) }})
{%- endmacro %}

{% macro databricks__matches(text, pattern) -%}
    {{- return(crosswalk.spark__matches(text, pattern)) -}}
{%- endmacro %}

{% macro snowflake__matches(text, pattern) -%}
    {{ crosswalk.python__call('flag', 'matches', [text, crosswalk.literal(pattern)]) }}
{%- endmacro %}

{% macro redshift__matches(text, pattern) -%}
    {{ crosswalk.python__call('flag', 'matches', [text, crosswalk.literal(pattern)]) }}
{%- endmacro %}

{# GoogleSQL reference, String functions: REGEXP_CONTAINS, with RE2 as on DuckDB. #}
{% macro bigquery__matches(text, pattern) -%}
    regexp_contains({{ text }}, {{ crosswalk.literal(pattern) }})
{%- endmacro %}
