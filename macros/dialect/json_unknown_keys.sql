{# The keys of an object that are not among the known ones (literals), as a list. #}
{% macro json_unknown_keys(object, known) -%}
    {{- return(adapter.dispatch('json_unknown_keys', 'crosswalk')(object, known)) -}}
{%- endmacro %}

{% macro default__json_unknown_keys(object, known) %}{{ crosswalk.lacks_verb('json_unknown_keys') }}{% endmacro %}

{% macro duckdb__json_unknown_keys(object, known) -%}
    list_filter(json_keys({{ object }}), lambda key: not list_contains({{ crosswalk.text_list(known) }}, key))
{%- endmacro %}

{% macro postgres__json_unknown_keys(object, known) -%}
    {{ crosswalk.postgres__function('json_unknown_keys') }}(({{ object }})::text, {{ crosswalk.text_list(known) }})
{%- endmacro %}

{% macro spark__json_unknown_keys(object, known) -%}
    {{ crosswalk.spark__json_unquoted('filter(' ~ crosswalk.spark__json_entries(object, 2) ~ ', key -> not array_contains(' ~ crosswalk.spark__key_texts(known) ~ ', key))') }}
{%- endmacro %}

{% macro databricks__json_unknown_keys(object, known) -%}
    {{- return(crosswalk.spark__json_unknown_keys(object, known)) -}}
{%- endmacro %}

{% macro snowflake__json_unknown_keys(object, known) -%}
    {{ crosswalk.python__call('text', 'json_unknown_keys', [object, crosswalk.text_list(known)]) }}
{%- endmacro %}

{% macro redshift__json_unknown_keys(object, known) -%}
    {{ crosswalk.python__call('text', 'json_unknown_keys', [object, crosswalk.text_list(known)]) }}
{%- endmacro %}

{% macro bigquery__json_unknown_keys(object, known) -%}
    {{ crosswalk.python__call('text', 'json_unknown_keys', [object, crosswalk.text_list(known)]) }}
{%- endmacro %}
