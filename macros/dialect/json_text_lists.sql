{# The object, as text, with each value as a list of text, trimmed and each once: a scalar becomes a list of one; null, blank text, empty lists and blank
   keys are left out. #}
{% macro json_text_lists(object) -%}
    {{- return(adapter.dispatch('json_text_lists', 'crosswalk')(object)) -}}
{%- endmacro %}

{% macro default__json_text_lists(object) %}{{ crosswalk.lacks_verb('json_text_lists') }}{% endmacro %}

{% macro duckdb__json_text_lists(object) -%}
    '{' || array_to_string(list_filter(list_transform(
        list_filter(
            list_zip(json_keys({{ object }}), json_extract({{ object }}, '$.*')),
            lambda entry: {{ crosswalk.trimmed('entry[1]') }} <> ''
        ),
        lambda entry: to_json(entry[1])::varchar || ':[' || list_transform(
            [list_transform(
                case
                    when json_type(entry[2]) = 'ARRAY' then json_extract_string(entry[2], '$[*]')
                    else [json_extract_string(entry[2], '$')]
                end,
                lambda element: {{ crosswalk.trimmed('element') }}
            )],
            lambda texts: nullif(array_to_string(list_transform(
                list_filter(
                    range(1, len(texts) + 1),
                    lambda place: texts[place] <> '' and list_position(texts, texts[place]) = place
                ),
                lambda place: to_json(texts[place])::varchar
            ), ','), '')
        )[1] || ']'
    ), lambda entry: entry is not null), ',') || '}'
{%- endmacro %}

{% macro postgres__json_text_lists(object) -%}
    {{ crosswalk.postgres__function('json_text_lists') }}(({{ object }})::text)
{%- endmacro %}

{% macro spark__json_text_lists(object) -%}
    {{ crosswalk.spark__text_lists(object) }}
{%- endmacro %}

{% macro databricks__json_text_lists(object) -%}
    {{- return(crosswalk.spark__json_text_lists(object)) -}}
{%- endmacro %}

{% macro snowflake__json_text_lists(object) -%}
    {{ crosswalk.python__call('text', 'json_text_lists', [object]) }}
{%- endmacro %}

{% macro redshift__json_text_lists(object) -%}
    {{ crosswalk.python__call('text', 'json_text_lists', [object]) }}
{%- endmacro %}

{% macro bigquery__json_text_lists(object) -%}
    {{ crosswalk.python__call('text', 'json_text_lists', [object]) }}
{%- endmacro %}
