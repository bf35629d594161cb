{# A text without white space around it, of any kind that Unicode has: spaces, tabs, line ends, no-break and zero-width ones. DuckDB's own `trim` takes spaces
   only. #}
{% macro trimmed(text) -%}
    {{- return(adapter.dispatch('trimmed', 'crosswalk')(text)) -}}
{%- endmacro %}

{% macro default__trimmed(text) %}{{ crosswalk.lacks_verb('trimmed') }}{% endmacro %}

{% macro duckdb__trimmed(text) -%}
    {%- set codes = [32, 9, 10, 11, 12, 13, 133, 160, 5760, 8192, 8193, 8194, 8195, 8196, 8197, 8198, 8199, 8200, 8201, 8202, 8203, 8232, 8233, 8239, 8287, 12288, 65279] -%}
    trim({{ text }}, {% for code in codes %}chr({{ code }}){{ ' || ' if not loop.last }}{% endfor %})
{%- endmacro %}
