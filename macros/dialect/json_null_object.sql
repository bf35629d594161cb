{# An object, as text, that has the texts of a JSON array as keys, each once, and null as every value; `{}` where the value is no array. #}
{% macro json_null_object(array) -%}
    {{- return(adapter.dispatch('json_null_object', 'crosswalk')(array)) -}}
{%- endmacro %}

{% macro default__json_null_object(array) %}{{ crosswalk.lacks_verb('json_null_object') }}{% endmacro %}

{% macro duckdb__json_null_object(array) -%}
    case
        when json_type({{ array }}) = 'ARRAY' then '{' || array_to_string(list_transform(
            list_sort(list_distinct(list_filter(json_extract_string({{ array }}, '$[*]'), lambda key: key is not null))),
            lambda key: to_json(key)::varchar || ':null'
        ), ',') || '}'
        else '{}'
    end
{%- endmacro %}

{% macro postgres__json_null_object(array) -%}
    {{ crosswalk.postgres__function('json_null_object') }}(({{ array }})::text)
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: array_distinct, array_sort. #}
{% macro spark__json_null_object(array) -%}
    {{ crosswalk.spark__object_of(
        'transform(array_sort(array_distinct(filter(transform(' ~ crosswalk.spark__json_elements(array) ~ ', element -> ' ~ crosswalk.spark__value_text('element')
        ~ '), name -> name is not null))), name -> ' ~ crosswalk.json_string('name') ~ " || ':null')"
    ) }}
{%- endmacro %}

{% macro databricks__json_null_object(array) -%}
    {{- return(crosswalk.spark__json_null_object(array)) -}}
{%- endmacro %}

{% macro snowflake__json_null_object(array) -%}
    {{ crosswalk.python__call('text', 'json_null_object', [array]) }}
{%- endmacro %}

{% macro redshift__json_null_object(array) -%}
    {{ crosswalk.python__call('text', 'json_null_object', [array]) }}
{%- endmacro %}

{% macro bigquery__json_null_object(array) -%}
    {{ crosswalk.python__call('text', 'json_null_object', [array]) }}
{%- endmacro %}
