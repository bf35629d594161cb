{# Whether a text is absent or holds nothing but white space of one line. #}
{% macro is_blank(text) -%}
    {{- return(adapter.dispatch('is_blank', 'crosswalk')(text)) -}}
{%- endmacro %}

{% macro default__is_blank(text) %}{{ crosswalk.lacks_verb('is_blank') }}{% endmacro %}

{% macro duckdb__is_blank(text) -%}
    case when left({{ text }}, 1) between '!' and '~' then false else coalesce({{ crosswalk.trimmed(text) }}, '') = '' end
{%- endmacro %}

{% macro postgres__is_blank(text) -%}
    (coalesce({{ crosswalk.trimmed(text) }}, '') = '')
{%- endmacro %}

{% macro spark__is_blank(text) -%}
    (coalesce({{ crosswalk.trimmed(text) }}, '') = '')
{%- endmacro %}

{% macro databricks__is_blank(text) -%}
    {{- return(crosswalk.spark__is_blank(text)) -}}
{%- endmacro %}

{% macro snowflake__is_blank(text) -%}
    (coalesce({{ crosswalk.trimmed(text) }}, '') = '')
{%- endmacro %}

{% macro redshift__is_blank(text) -%}
    (coalesce({{ crosswalk.trimmed(text) }}, '') = '')
{%- endmacro %}

{% macro bigquery__is_blank(text) -%}
    (coalesce({{ crosswalk.trimmed(text) }}, '') = '')
{%- endmacro %}
