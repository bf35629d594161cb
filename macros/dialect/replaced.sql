{# A text with the one place that matches a regular expression, anchored at one end, written anew; `\1` in the replacement is the first group. #}
{% macro replaced(text, pattern, replacement) -%}
    {{- return(adapter.dispatch('replaced', 'crosswalk')(text, pattern, replacement)) -}}
{%- endmacro %}

{% macro default__replaced(text, pattern, replacement) %}{{ crosswalk.lacks_verb('replaced') }}{% endmacro %}

{% macro duckdb__replaced(text, pattern, replacement) -%}
    regexp_replace({{ text }}, {{ crosswalk.literal(pattern) }}, {{ crosswalk.literal(replacement) }})
{%- endmacro %}

{# PostgreSQL manual, 9.7.3 POSIX Regular Expressions. #}
{% macro postgres__replaced(text, pattern, replacement) -%}
    regexp_replace({{ text }}, {{ crosswalk.literal(pattern) }}, {{ crosswalk.literal(replacement) }})
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: regexp_replace. #}
{% macro spark__replaced(text, pattern, replacement) -%}
    regexp_replace({{ text }}, {{ crosswalk.spark__expression(pattern) }}, {{ crosswalk.literal(replacement | replace('\\1', '$1')) }})
{%- endmacro %}

{% macro databricks__replaced(text, pattern, replacement) -%}
    {{- return(crosswalk.spark__replaced(text, pattern, replacement)) -}}
{%- endmacro %}

{% macro snowflake__replaced(text, pattern, replacement) -%}
    {{ crosswalk.python__call('text', 'replaced', [text, crosswalk.literal(pattern), crosswalk.literal(replacement)]) }}
{%- endmacro %}

{% macro redshift__replaced(text, pattern, replacement) -%}
    {{ crosswalk.python__call('text', 'replaced', [text, crosswalk.literal(pattern), crosswalk.literal(replacement)]) }}
{%- endmacro %}

{# GoogleSQL reference, String functions: REGEXP_REPLACE, of every place; the patterns fit one. #}
{% macro bigquery__replaced(text, pattern, replacement) -%}
    regexp_replace({{ text }}, {{ crosswalk.literal(pattern) }}, {{ crosswalk.literal(replacement) }})
{%- endmacro %}
