{# A fingerprint of all key lists of a JSON text, at every depth: rows of one shape have the same keys in the same places. #}
{% macro json_key_shape(text) -%}
    {{- return(adapter.dispatch('json_key_shape', 'crosswalk')(text)) -}}
{%- endmacro %}

{% macro default__json_key_shape(text) %}{{ crosswalk.lacks_verb('json_key_shape') }}{% endmacro %}

{% macro duckdb__json_key_shape(text) -%}
    hash(json_keys('[' || {{ text }} || ']', '$..*'))
{%- endmacro %}

{# PostgreSQL manual, 9.7.3 POSIX Regular Expressions: of several alternatives the longest match counts. What stays is the keys and the brackets around them. #}
{% macro postgres__json_key_shape(text) -%}
    md5(regexp_replace({{ text }}, '("(?:[^"\\]|\\.)*"\s*:)|\{\s*\}|\[\s*\]|([{}\[\]])|"(?:[^"\\]|\\.)*"|[^"{}\[\]]+', '\1\2', 'g'))
{%- endmacro %}

{# java.util.regex.Pattern: of several alternatives the first that fits counts. What stays is the keys and the brackets around them. #}
{% macro spark__json_key_shape(text) -%}
    {%- set string = crosswalk.spark__json_string_pattern() -%}
    md5(regexp_replace({{ text }}, {{ crosswalk.spark__pattern('(' ~ string ~ '\\s*+:)|[{]\\s*+[}]|\\[\\s*+\\]|([{}\\[\\]])|' ~ string ~ '|[^"{}\\[\\]]++') }}, '$1$2'))
{%- endmacro %}

{% macro databricks__json_key_shape(text) -%}
    {{- return(crosswalk.spark__json_key_shape(text)) -}}
{%- endmacro %}

{% macro snowflake__json_key_shape(text) -%}
    md5({{ crosswalk.python__call('text', 'json_key_shape', [text]) }})
{%- endmacro %}

{% macro redshift__json_key_shape(text) -%}
    md5({{ crosswalk.python__call('text', 'json_key_shape', [text]) }})
{%- endmacro %}

{% macro bigquery__json_key_shape(text) -%}
    to_hex(md5({{ crosswalk.python__call('text', 'json_key_shape', [text]) }}))
{%- endmacro %}
