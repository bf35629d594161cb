{# The object `theirs`, as text, fit to stand beside `ours`: a key that `ours` holds with the same value is left out, a key that `ours`
   holds with another value or that is reserved (a list of literals) gets the prefix (a SQL expression), twice where that name is taken too. #}
{% macro json_make_room(theirs, ours, reserved, prefix) -%}
    {{- return(adapter.dispatch('json_make_room', 'crosswalk')(theirs, ours, reserved, prefix)) -}}
{%- endmacro %}

{% macro default__json_make_room(theirs, ours, reserved, prefix) %}{{ crosswalk.lacks_verb('json_make_room') }}{% endmacro %}

{% macro duckdb__json_make_room(theirs, ours, reserved, prefix) -%}
    '{' || array_to_string(list_transform(
        list_filter(
            list_zip(json_keys({{ theirs }}), json_extract({{ theirs }}, '$.*')),
            lambda entry: not coalesce(
                json_extract({{ ours }}, '/' || replace(replace(entry[1], '~', '~0'), '/', '~1')) = entry[2], false
            )
        ),
        lambda entry: to_json(
            case
                when not list_contains(list_concat(json_keys({{ ours }}), {{ crosswalk.text_list(reserved) }}), entry[1])
                    then entry[1]
                when not list_contains(list_concat(json_keys({{ ours }}), json_keys({{ theirs }})), {{ prefix }} || entry[1])
                    then {{ prefix }} || entry[1]
                else {{ prefix }} || {{ prefix }} || entry[1]
            end
        )::varchar || ':' || entry[2]::varchar
    ), ',') || '}'
{%- endmacro %}
