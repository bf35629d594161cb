{# A text without white space around it, of any kind that Unicode has: spaces, tabs, line ends, no-break and zero-width ones. DuckDB's own `trim` takes spaces
   only. #}
{% macro trimmed(text) -%}
    {{- return(adapter.dispatch('trimmed', 'crosswalk')(text)) -}}
{%- endmacro %}

{% macro default__trimmed(text) %}{{ crosswalk.lacks_verb('trimmed') }}{% endmacro %}

{# One literal of UTF-8 bytes: a chain of chr() in every call made the staging views long to read and slow to plan. `trim` with such a list looks at every
   character, so a text that begins and ends with plain ASCII does without. #}
{% macro duckdb__trimmed(text) -%}
    case
        when left({{ text }}, 1) between '!' and '~' and right({{ text }}, 1) between '!' and '~' then {{ text }}
        else trim({{ text }}, e' \t\n\x0B\f\r\xC2\x85\xC2\xA0\xE1\x9A\x80\xE2\x80\x80\xE2\x80\x81\xE2\x80\x82\xE2\x80\x83\xE2\x80\x84\xE2\x80\x85\xE2\x80\x86\xE2\x80\x87\xE2\x80\x88\xE2\x80\x89\xE2\x80\x8A\xE2\x80\x8B\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAF\xE2\x81\x9F\xE3\x80\x80\xEF\xBB\xBF')
    end
{%- endmacro %}

{# PostgreSQL manual, 4.1.2.2 String Constants with C-Style Escapes. #}
{% macro postgres__trimmed(text) -%}
    btrim(({{ text }})::text, e' \t\n\x0B\f\r\u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u200B\u2028\u2029\u202F\u205F\u3000\uFEFF')
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: trim. #}
{% macro spark__trimmed(text) -%}
    trim(both ' \t\n\u000B\u000C\r\u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u200B\u2028\u2029\u202F\u205F\u3000\uFEFF' from {{ text }})
{%- endmacro %}

{% macro databricks__trimmed(text) -%}
    {{- return(crosswalk.spark__trimmed(text)) -}}
{%- endmacro %}

{% macro snowflake__trimmed(text) -%}
    {{ crosswalk.python__call('text', 'trimmed', [text]) }}
{%- endmacro %}

{% macro redshift__trimmed(text) -%}
    {{ crosswalk.python__call('text', 'trimmed', [text]) }}
{%- endmacro %}

{% macro bigquery__trimmed(text) -%}
    {{ crosswalk.python__call('text', 'trimmed', [text]) }}
{%- endmacro %}
