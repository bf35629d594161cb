{# A list of text from literals. #}
{% macro text_list(texts) -%}
    {{- return(adapter.dispatch('text_list', 'crosswalk')(texts)) -}}
{%- endmacro %}

{% macro default__text_list(texts) %}{{ crosswalk.lacks_verb('text_list') }}{% endmacro %}

{% macro duckdb__text_list(texts) -%}
    [{% for text in texts %}{{ crosswalk.literal(text) }}{{ ', ' if not loop.last }}{% endfor %}]::varchar[]
{%- endmacro %}

{# PostgreSQL manual, 4.2.12 Array Constructors. #}
{% macro postgres__text_list(texts) -%}
    array[{% for text in texts %}{{ crosswalk.literal(text) }}{{ ', ' if not loop.last }}{% endfor %}]::text[]
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: array. #}
{% macro spark__text_list(texts) -%}
    cast(array({% for text in texts %}{{ crosswalk.literal(text) }}{{ ', ' if not loop.last }}{% endfor %}) as array<string>)
{%- endmacro %}

{% macro databricks__text_list(texts) -%}
    {{- return(crosswalk.spark__text_list(texts)) -}}
{%- endmacro %}

{% macro snowflake__text_list(texts) -%}
    {{ crosswalk.python__text_list(texts) }}
{%- endmacro %}

{% macro redshift__text_list(texts) -%}
    {{ crosswalk.python__text_list(texts) }}
{%- endmacro %}

{% macro bigquery__text_list(texts) -%}
    {{ crosswalk.python__text_list(texts) }}
{%- endmacro %}
