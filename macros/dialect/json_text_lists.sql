{# The object, as text, with each value as a list of text: a scalar becomes a list of one; null, blank text and empty lists are left out. #}
{% macro json_text_lists(object) -%}
    {{- return(adapter.dispatch('json_text_lists', 'crosswalk')(object)) -}}
{%- endmacro %}

{% macro default__json_text_lists(object) %}{{ crosswalk.lacks_verb('json_text_lists') }}{% endmacro %}

{% macro duckdb__json_text_lists(object) -%}
    '{' || array_to_string(list_filter(list_transform(
        list_zip(json_keys({{ object }}), json_extract({{ object }}, '$.*')),
        lambda entry: to_json(entry[1])::varchar || ':[' || nullif(array_to_string(list_transform(
            list_filter(
                case
                    when json_type(entry[2]) = 'ARRAY' then json_extract_string(entry[2], '$[*]')
                    else [json_extract_string(entry[2], '$')]
                end,
                lambda element: trim(element) <> ''
            ),
            lambda element: to_json(element)::varchar
        ), ','), '') || ']'
    ), lambda entry: entry is not null), ',') || '}'
{%- endmacro %}
