{# The bytes of the longest text among an object's own values; 0 where there is none. #}
{% macro json_longest_string(object) -%}
    {{- return(adapter.dispatch('json_longest_string', 'crosswalk')(object)) -}}
{%- endmacro %}

{% macro default__json_longest_string(object) %}{{ crosswalk.lacks_verb('json_longest_string') }}{% endmacro %}

{% macro duckdb__json_longest_string(object) -%}
    coalesce(list_max(list_transform(
        list_filter(json_extract({{ object }}, '$.*'), lambda entry: left(entry::varchar, 1) = '"'),
        lambda entry: strlen(entry::varchar) - 2
    )), 0)
{%- endmacro %}

{% macro postgres__json_longest_string(object) -%}
    {{ crosswalk.postgres__function('json_longest') }}(({{ object }})::text, 'text')
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: array_max. #}
{% macro spark__json_longest_string(object) -%}
    coalesce(array_max(transform(
        {{ crosswalk.spark__json_entries(object, 3) }}, entry -> case when startswith(entry, '"') then octet_length(entry) - 2 else 0 end
    )), 0)
{%- endmacro %}

{% macro databricks__json_longest_string(object) -%}
    {{- return(crosswalk.spark__json_longest_string(object)) -}}
{%- endmacro %}

{% macro snowflake__json_longest_string(object) -%}
    {{ crosswalk.python__call('count', 'json_longest_string', [object]) }}
{%- endmacro %}

{% macro redshift__json_longest_string(object) -%}
    {{ crosswalk.python__call('count', 'json_longest_string', [object]) }}
{%- endmacro %}

{% macro bigquery__json_longest_string(object) -%}
    {{ crosswalk.python__call('count', 'json_longest_string', [object]) }}
{%- endmacro %}
