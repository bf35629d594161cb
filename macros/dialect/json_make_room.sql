{# The object `theirs`, as text, fit to stand beside `ours`: a key that `ours` holds with the same value is left out; a key that `ours`
   holds with another value, or that is reserved (a list of literals), gets the prefix (a SQL expression), as often as it takes for the name not to be taken.
   Renamed keys of which one ends with the other get it equally often, so that they cannot meet. Each step is a list of one, which is how a lambda names
   a value. #}
{% macro json_make_room(theirs, ours, reserved, prefix) -%}
    {{- return(adapter.dispatch('json_make_room', 'crosswalk')(theirs, ours, reserved, prefix)) -}}
{%- endmacro %}

{% macro default__json_make_room(theirs, ours, reserved, prefix) %}{{ crosswalk.lacks_verb('json_make_room') }}{% endmacro %}

{% macro duckdb__json_make_room(theirs, ours, reserved, prefix) -%}
    list_transform(
        [{
            'taken': list_concat(json_keys({{ ours }}), {{ crosswalk.text_list(reserved) }}),
            'same': list_filter(json_keys({{ theirs }}), lambda name: coalesce(
                json_extract({{ ours }}, '/' || replace(replace(name, '~', '~0'), '/', '~1'))
                = json_extract({{ theirs }}, '/' || replace(replace(name, '~', '~0'), '/', '~1')),
                false
            ))
        }],
        lambda known: list_transform(
            [list_filter(
                json_keys({{ theirs }}),
                lambda name: list_contains(known.taken, name) and not list_contains(known.same, name)
            )],
            lambda moved: list_transform(
                [list_filter(range(1, 9), lambda times: not list_has_any(
                    list_transform(moved, lambda name: repeat({{ prefix }}, times) || name),
                    list_concat(json_keys({{ theirs }}), known.taken)
                ))[1]],
                lambda row_times: '{' || array_to_string(list_transform(
                    list_filter(
                        list_zip(json_keys({{ theirs }}), json_extract({{ theirs }}, '$.*')),
                        lambda entry: not list_contains(known.same, entry[1])
                    ),
                    lambda entry: to_json(
                        case
                            when not list_contains(moved, entry[1]) then entry[1]
                            when len(list_filter(
                                moved, lambda other: other <> entry[1] and (suffix(other, entry[1]) or suffix(entry[1], other))
                            )) > 0
                                then repeat({{ prefix }}, row_times) || entry[1]
                            else repeat({{ prefix }}, list_filter(range(1, 9), lambda times: not list_contains(
                                list_concat(json_keys({{ theirs }}), known.taken), repeat({{ prefix }}, times) || entry[1]
                            ))[1]) || entry[1]
                        end
                    )::varchar || ':' || entry[2]::varchar
                ), ',') || '}'
            )[1]
        )[1]
    )[1]
{%- endmacro %}

{% macro postgres__json_make_room(theirs, ours, reserved, prefix) -%}
    {{ crosswalk.postgres__function('json_make_room') }}(({{ theirs }})::text, ({{ ours }})::text, {{ crosswalk.text_list(reserved) }}, ({{ prefix }})::text)
{%- endmacro %}

{% macro spark__json_make_room(theirs, ours, reserved, prefix) -%}
    {{ crosswalk.spark__make_room(theirs, ours, reserved, prefix) }}
{%- endmacro %}

{% macro databricks__json_make_room(theirs, ours, reserved, prefix) -%}
    {{- return(crosswalk.spark__json_make_room(theirs, ours, reserved, prefix)) -}}
{%- endmacro %}

{% macro snowflake__json_make_room(theirs, ours, reserved, prefix) -%}
    {{ crosswalk.python__call('text', 'json_make_room', [theirs, ours, crosswalk.text_list(reserved), prefix]) }}
{%- endmacro %}

{% macro redshift__json_make_room(theirs, ours, reserved, prefix) -%}
    {{ crosswalk.python__call('text', 'json_make_room', [theirs, ours, crosswalk.text_list(reserved), prefix]) }}
{%- endmacro %}

{% macro bigquery__json_make_room(theirs, ours, reserved, prefix) -%}
    {{ crosswalk.python__call('text', 'json_make_room', [theirs, ours, crosswalk.text_list(reserved), prefix]) }}
{%- endmacro %}
