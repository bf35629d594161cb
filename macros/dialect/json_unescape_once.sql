{# A JSON text that was escaped twice, read once: every doubled backslash becomes one. #}
{% macro json_unescape_once(text) -%}
    {{- return(adapter.dispatch('json_unescape_once', 'crosswalk')(text)) -}}
{%- endmacro %}

{% macro default__json_unescape_once(text) %}{{ crosswalk.lacks_verb('json_unescape_once') }}{% endmacro %}

{% macro duckdb__json_unescape_once(text) -%}
    replace({{ text }}, '\\', '\')
{%- endmacro %}

{% macro postgres__json_unescape_once(text) -%}
    replace({{ text }}, '\\', '\')
{%- endmacro %}

{% macro spark__json_unescape_once(text) -%}
    replace({{ text }}, r'\\', chr(92))
{%- endmacro %}

{% macro databricks__json_unescape_once(text) -%}
    {{- return(crosswalk.spark__json_unescape_once(text)) -}}
{%- endmacro %}

{% macro snowflake__json_unescape_once(text) -%}
    replace({{ text }}, {{ crosswalk.literal('\\\\') }}, {{ crosswalk.literal('\\') }})
{%- endmacro %}

{% macro redshift__json_unescape_once(text) -%}
    replace({{ text }}, {{ crosswalk.literal('\\\\') }}, {{ crosswalk.literal('\\') }})
{%- endmacro %}

{% macro bigquery__json_unescape_once(text) -%}
    replace({{ text }}, {{ crosswalk.literal('\\\\') }}, {{ crosswalk.literal('\\') }})
{%- endmacro %}
