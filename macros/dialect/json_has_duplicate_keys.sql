{# Whether an object of a JSON text, at any depth, holds a key twice. #}
{% macro json_has_duplicate_keys(text) -%}
    {{- return(adapter.dispatch('json_has_duplicate_keys', 'crosswalk')(text)) -}}
{%- endmacro %}

{% macro default__json_has_duplicate_keys(text) %}{{ crosswalk.lacks_verb('json_has_duplicate_keys') }}{% endmacro %}

{% macro duckdb__json_has_duplicate_keys(text) -%}
    list_bool_or(list_transform(
        list_append(json_keys({{ text }}, '$..*'), json_keys({{ text }})),
        lambda keys: len(keys) <> list_unique(keys)
    ))
{%- endmacro %}

{% macro postgres__json_has_duplicate_keys(text) -%}
    {{ crosswalk.postgres__function('json_has_duplicate_keys') }}(({{ text }})::json)
{%- endmacro %}

{% macro spark__json_has_duplicate_keys(text) -%}
    {{ crosswalk.spark__let('plain', crosswalk.json_minify(text), 'plain <> ' ~ crosswalk.spark__last_key_wins('plain')) }}
{%- endmacro %}

{% macro databricks__json_has_duplicate_keys(text) -%}
    {{- return(crosswalk.spark__json_has_duplicate_keys(text)) -}}
{%- endmacro %}

{% macro snowflake__json_has_duplicate_keys(text) -%}
    {{ crosswalk.python__call('flag', 'json_has_duplicate_keys', [text]) }}
{%- endmacro %}

{% macro redshift__json_has_duplicate_keys(text) -%}
    {{ crosswalk.python__call('flag', 'json_has_duplicate_keys', [text]) }}
{%- endmacro %}

{% macro bigquery__json_has_duplicate_keys(text) -%}
    {{ crosswalk.python__call('flag', 'json_has_duplicate_keys', [text]) }}
{%- endmacro %}
