{# Whether objects are nested deeper than so many levels in a JSON text, the text itself being the first and arrays not counting: strings and all
   but braces are taken away, then the innermost pairs, level by level. #}
{% macro json_deeper_than(text, levels) -%}
    {{- return(adapter.dispatch('json_deeper_than', 'crosswalk')(text, levels)) -}}
{%- endmacro %}

{% macro default__json_deeper_than(text, levels) %}{{ crosswalk.lacks_verb('json_deeper_than') }}{% endmacro %}

{% macro duckdb__json_deeper_than(text, levels) -%}
    {%- set rest = namespace(sql="regexp_replace(regexp_replace(" ~ text ~ ", '\"(?:[^\"\\\\]|\\\\.)*\"', '', 'g'), '[^{}]', '', 'g')") -%}
    {%- for level in range(levels) -%}
        {%- set rest.sql = "replace(" ~ rest.sql ~ ", '{}', '')" -%}
    {%- endfor -%}
    {{ rest.sql }} <> ''
{%- endmacro %}

{% macro postgres__json_deeper_than(text, levels) -%}
    {{- crosswalk.duckdb__json_deeper_than(text, levels) -}}
{%- endmacro %}

{% macro spark__json_deeper_than(text, levels) -%}
    {%- set rest = namespace(sql="regexp_replace(regexp_replace(" ~ text ~ ", " ~ crosswalk.spark__pattern(crosswalk.spark__json_string_pattern()) ~ ", ''), '[^{}]', '')") -%}
    {%- for level in range(levels) -%}
        {%- set rest.sql = "replace(" ~ rest.sql ~ ", '{}', '')" -%}
    {%- endfor -%}
    {{ rest.sql }} <> ''
{%- endmacro %}

{% macro databricks__json_deeper_than(text, levels) -%}
    {{- return(crosswalk.spark__json_deeper_than(text, levels)) -}}
{%- endmacro %}

{% macro snowflake__json_deeper_than(text, levels) -%}
    {{ crosswalk.python__call('flag', 'json_deeper_than', [text, crosswalk.literal(levels)]) }}
{%- endmacro %}

{% macro redshift__json_deeper_than(text, levels) -%}
    {{ crosswalk.python__call('flag', 'json_deeper_than', [text, crosswalk.literal(levels)]) }}
{%- endmacro %}

{% macro bigquery__json_deeper_than(text, levels) -%}
    {{ crosswalk.python__call('flag', 'json_deeper_than', [text, crosswalk.literal(levels)]) }}
{%- endmacro %}
