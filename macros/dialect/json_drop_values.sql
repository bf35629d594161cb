{# The object, as text, without those of the literal keys whose value is one of the literal texts. #}
{% macro json_drop_values(object, keys, texts) -%}
    {{- return(adapter.dispatch('json_drop_values', 'crosswalk')(object, keys, texts)) -}}
{%- endmacro %}

{% macro default__json_drop_values(object, keys, texts) %}{{ crosswalk.lacks_verb('json_drop_values') }}{% endmacro %}

{% macro duckdb__json_drop_values(object, keys, texts) -%}
    '{' || array_to_string(list_transform(
        list_filter(
            list_zip(json_keys({{ object }}), json_extract({{ object }}, '$.*')),
            lambda entry: not (
                list_contains({{ crosswalk.text_list(keys) }}, entry[1])
                and coalesce(list_contains({{ crosswalk.text_list(texts) }}, json_extract_string(entry[2], '$')), false)
            )
        ),
        lambda entry: to_json(entry[1])::varchar || ':' || entry[2]::varchar
    ), ',') || '}'
{%- endmacro %}

{% macro postgres__json_drop_values(object, keys, texts) -%}
    {{ crosswalk.postgres__function('json_drop_values') }}(({{ object }})::text, {{ crosswalk.text_list(keys) }}, {{ crosswalk.text_list(texts) }})
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: array_except; what is to go is written out, as a text and as any other value. #}
{% macro spark__json_drop_values(object, keys, texts) -%}
    {%- set entries = [] -%}
    {%- for key in keys -%}
        {%- for text in texts -%}
            {%- do entries.extend([crosswalk.spark__key_text(key) ~ ':' ~ crosswalk.spark__key_text(text), crosswalk.spark__key_text(key) ~ ':' ~ text]) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ crosswalk.spark__object_of('array_except(' ~ crosswalk.spark__json_entries(object, 1) ~ ', ' ~ crosswalk.text_list(entries) ~ ')') }}
{%- endmacro %}

{% macro databricks__json_drop_values(object, keys, texts) -%}
    {{- return(crosswalk.spark__json_drop_values(object, keys, texts)) -}}
{%- endmacro %}

{% macro snowflake__json_drop_values(object, keys, texts) -%}
    {{ crosswalk.python__call('text', 'json_drop_values', [object, crosswalk.text_list(keys), crosswalk.text_list(texts)]) }}
{%- endmacro %}

{% macro redshift__json_drop_values(object, keys, texts) -%}
    {{ crosswalk.python__call('text', 'json_drop_values', [object, crosswalk.text_list(keys), crosswalk.text_list(texts)]) }}
{%- endmacro %}

{% macro bigquery__json_drop_values(object, keys, texts) -%}
    {{ crosswalk.python__call('text', 'json_drop_values', [object, crosswalk.text_list(keys), crosswalk.text_list(texts)]) }}
{%- endmacro %}
