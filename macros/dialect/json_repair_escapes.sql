{# A line of JSON with escaped NULs and lone surrogates replaced by U+FFFD. Escaped backslashes are written as `\\u005c` first, so that
   each backslash left begins an escape; whole pairs are hidden as `\\v` (no JSON escape) while the lone ones are replaced. #}
{% macro json_repair_escapes(text) -%}
    {{- return(adapter.dispatch('json_repair_escapes', 'crosswalk')(text)) -}}
{%- endmacro %}

{% macro default__json_repair_escapes(text) %}{{ crosswalk.lacks_verb('json_repair_escapes') }}{% endmacro %}

{% macro duckdb__json_repair_escapes(text) -%}
    replace(
        regexp_replace(
            regexp_replace(
                replace(replace({{ text }}, '\\', '\u005c'), '\u0000', '\ufffd'),
                '\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})', '\\v\1\\v\2', 'g'
            ),
            '\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '\\ufffd', 'g'
        ),
        '\v', '\u'
    )
{%- endmacro %}

{% macro postgres__json_repair_escapes(text) -%}
    {{ crosswalk.postgres__function('json_repair_escapes') }}({{ text }})
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: regexp_replace, whose replacement has $1 for a group and a backslash before a backslash. #}
{% macro spark__json_repair_escapes(text) -%}
    replace(
        regexp_replace(
            regexp_replace(
                replace(replace({{ text }}, r'\\', r'\u005c'), r'\u0000', r'\ufffd'),
                r'\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})', r'\\v$1\\v$2'
            ),
            r'\\u[dD][89a-fA-F][0-9a-fA-F]{2}', r'\\ufffd'
        ),
        r'\v', r'\u'
    )
{%- endmacro %}

{% macro databricks__json_repair_escapes(text) -%}
    {{- return(crosswalk.spark__json_repair_escapes(text)) -}}
{%- endmacro %}

{% macro snowflake__json_repair_escapes(text) -%}
    {{ crosswalk.python__call('text', 'json_repair_escapes', [text]) }}
{%- endmacro %}

{% macro redshift__json_repair_escapes(text) -%}
    {{ crosswalk.python__call('text', 'json_repair_escapes', [text]) }}
{%- endmacro %}

{% macro bigquery__json_repair_escapes(text) -%}
    {{ crosswalk.python__call('text', 'json_repair_escapes', [text]) }}
{%- endmacro %}
