{# The object of lists, as text, with the first element of each list. #}
{% macro json_first_of_lists(object) -%}
    {{- return(adapter.dispatch('json_first_of_lists', 'crosswalk')(object)) -}}
{%- endmacro %}

{% macro default__json_first_of_lists(object) %}{{ crosswalk.lacks_verb('json_first_of_lists') }}{% endmacro %}

{% macro duckdb__json_first_of_lists(object) -%}
    '{' || array_to_string(list_transform(
        list_zip(json_keys({{ object }}), json_extract({{ object }}, '$.*')),
        lambda entry: to_json(entry[1])::varchar || ':' || json_extract(entry[2], '$[0]')::varchar
    ), ',') || '}'
{%- endmacro %}

{% macro postgres__json_first_of_lists(object) -%}
    {{ crosswalk.postgres__function('json_first_of_lists') }}(({{ object }})::text)
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: transform, regexp_replace. #}
{% macro spark__json_first_of_lists(object) -%}
    {%- set text = crosswalk.spark__json_string_pattern() -%}
    {{ crosswalk.spark__object_of(
        'transform(' ~ crosswalk.spark__json_entries(object, 1) ~ ', entry -> regexp_replace(entry, '
        ~ crosswalk.spark__pattern('^(' ~ text ~ ':)\\[(' ~ crosswalk.spark__json_value_pattern() ~ ').*+$') ~ ", '$1$2'))"
    ) }}
{%- endmacro %}

{% macro databricks__json_first_of_lists(object) -%}
    {{- return(crosswalk.spark__json_first_of_lists(object)) -}}
{%- endmacro %}

{% macro snowflake__json_first_of_lists(object) -%}
    {{ crosswalk.python__call('text', 'json_first_of_lists', [object]) }}
{%- endmacro %}

{% macro redshift__json_first_of_lists(object) -%}
    {{ crosswalk.python__call('text', 'json_first_of_lists', [object]) }}
{%- endmacro %}

{% macro bigquery__json_first_of_lists(object) -%}
    {{ crosswalk.python__call('text', 'json_first_of_lists', [object]) }}
{%- endmacro %}
