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
