{# The keys of a PostHog-shaped line that staging gives a meaning of its own. All others are carried under `posthog_<key>`. Source: PostHog's Capture API
   and the `posthog` content type of its managed migrations. #}
{% macro posthog_spine() %}
    {{ return(['event', 'distinct_id', '$distinct_id', 'uuid', 'timestamp', 'properties', '$set', '$set_once']) }}
{% endmacro %}

{# The documented keys besides the spine: what batch exports add, and what the capture API takes. #}
{% macro posthog_columns() %}
    {{ return(['created_at', 'inserted_at', 'offset']) }}
{% endmacro %}

{# The events by which PostHog learns that two ids are one person. #}
{% macro posthog_identity_verbs() %}
    {{ return(['$identify', '$create_alias', '$merge_dangerously']) }}
{% endmacro %}

{# The person properties that a line sets, as text, from what stands beside the properties (`beside`) and what stands in them (`inside`), both JSON values:
   in them wins, key by key. Null where nothing stands beside them that could be moved. #}
{% macro posthog_moved_object(beside, inside) -%}
    {%- set own = 'cast(' ~ inside ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    {%- set more = 'cast(' ~ beside ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    case
        when coalesce({{ crosswalk.json_kind(beside) }}, '') <> 'object' then null
        when coalesce({{ crosswalk.json_kind(inside) }}, 'null') = 'null' then {{ more }}
        when {{ crosswalk.json_kind(inside) }} = 'object'
            then {{ crosswalk.json_splice([own, crosswalk.json_drop_keys(more, crosswalk.json_keys(own))]) | indent(12) }}
    end
{%- endmacro %}

{# `$set` and `$set_once` as one object text, from the columns `moved_set` and `moved_set_once` and, where these are null, from what stands inside. #}
{% macro posthog_sets(set_inside, once_inside) -%}
    {{- crosswalk.json_build([
        ["'\"$set\"'", "coalesce(moved_set, cast(" ~ set_inside ~ " as " ~ dbt.type_string() ~ "))"],
        ["'\"$set_once\"'", "coalesce(moved_set_once, cast(" ~ once_inside ~ " as " ~ dbt.type_string() ~ "))"],
    ]) -}}
{%- endmacro %}

{# What a meaning of its own was not found for, as [name, value] pairs: an id that is no UUID, and person properties that are no object. #}
{% macro posthog_left_beside(picked, keys) %}
    {%- set conditions = {'uuid': 'length(event_key) = 32', '$set': 'moved_set is null', '$set_once': 'moved_set_once is null'} -%}
    {%- set pairs = [] -%}
    {%- for key, condition in conditions.items() -%}
        {%- do pairs.append([
            crosswalk.json_name(crosswalk.carried_name('posthog', key)),
            "case when " ~ condition ~ " then nullif(cast(" ~ crosswalk.json_picked(picked, keys, key) ~ " as " ~ dbt.type_string() ~ "), 'null') end",
        ]) -%}
    {%- endfor -%}
    {{ return(pairs) }}
{% endmacro %}

{# What makes a row's key, its person or its time, and the objects around its properties: among the keys of the line, and among its properties. #}
{% macro posthog_ids(place) %}
    {{ return(
        crosswalk.posthog_spine() if place == 'line'
        else [
            '$set', '$set_once', '$groups', '$group_type', '$group_key', '$group_set', '$anon_distinct_id', 'alias', 'distinct_id', '$user_id', '$device_id',
            '$insert_id', '$is_identified', '$session_id', '$unset',
        ]
    ) }}
{% endmacro %}
