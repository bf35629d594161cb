{# Whether a path with wildcards leads to a value in a JSON text. #}
{% macro json_has_path(text, path) -%}
    {{- return(adapter.dispatch('json_has_path', 'crosswalk')(text, path)) -}}
{%- endmacro %}

{% macro default__json_has_path(text, path) %}{{ crosswalk.lacks_verb('json_has_path') }}{% endmacro %}

{% macro duckdb__json_has_path(text, path) -%}
    len(json_extract({{ text }}, '{{ path }}')) > 0
{%- endmacro %}

{# PostgreSQL manual, 9.16.2 The SQL/JSON Path Language; without the filter `.*` of a value that is no object is an error. #}
{% macro postgres__json_has_path(text, path) -%}
    coalesce(jsonb_path_exists(({{ text }})::jsonb, 'strict {{ path | replace(".*", ' ? (@.type() == "object").*') }}', '{}', true), false)
{%- endmacro %}

{# One literal key and wildcards behind it: how deep objects stand in objects, without arrays and without empty objects at the end. #}
{% macro spark__json_has_path(text, path) -%}
    {%- set first = path.split('.')[1] -%}
    {%- set levels = path.split('.*') | length - 1 -%}
    {%- set bare = 'regexp_replace(' ~ crosswalk.json_value(text, first) ~ ', ' ~ crosswalk.spark__pattern(crosswalk.spark__json_string_pattern()) ~ ", '')" -%}
    {%- set bare = 'regexp_replace(' ~ bare ~ ', ' ~ crosswalk.spark__pattern('\\[(?:[^\\]\\["{}]++|' ~ crosswalk.spark__json_nested_pattern() ~ ')*+\\]') ~ ", '')" -%}
    {%- set rest = namespace(sql='regexp_replace(replace(' ~ bare ~ ", '{}', ''), '[^{}]', '')") -%}
    {%- for level in range(levels - 1) -%}
        {%- set rest.sql = "replace(" ~ rest.sql ~ ", '{}', '')" -%}
    {%- endfor -%}
    coalesce({{ rest.sql }} <> '', false)
{%- endmacro %}

{% macro databricks__json_has_path(text, path) -%}
    {{- return(crosswalk.spark__json_has_path(text, path)) -}}
{%- endmacro %}

{% macro snowflake__json_has_path(text, path) -%}
    {{ crosswalk.python__call('flag', 'json_has_path', [text, crosswalk.literal(path)]) }}
{%- endmacro %}

{% macro redshift__json_has_path(text, path) -%}
    {{ crosswalk.python__call('flag', 'json_has_path', [text, crosswalk.literal(path)]) }}
{%- endmacro %}

{% macro bigquery__json_has_path(text, path) -%}
    {{ crosswalk.python__call('flag', 'json_has_path', [text, crosswalk.literal(path)]) }}
{%- endmacro %}
