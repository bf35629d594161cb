{# An id of a person where the destination takes it, else null: ids on its blocked list count as absent. #}
{% macro usable_id(id, destination) -%}
    {%- set blocked = crosswalk.blocked_ids(destination) -%}
    case
        when lower({{ id }}) in ({{ blocked['any'] or "''" }}) then null
        {%- if blocked['exact'] %}
        when {{ id }} in ({{ blocked['exact'] }}) then null
        {%- endif %}
        else {{ id }}
    end
{%- endmacro %}

{# The same for an id that may be a device's with Mixpanel's prefix before it: what is blocked as an id is blocked behind the prefix. #}
{% macro usable_distinct_id(id, destination) -%}
    case
        when {{ id }} like '$device:%' and {{ crosswalk.usable_id("nullif(substr(" ~ id ~ ", 9), '')", destination) | indent(8) }} is null then null
        else {{ crosswalk.usable_id(id, destination) | indent(8) }}
    end
{%- endmacro %}

{# An id of a person where one of the selected destinations takes it, else null: what every destination blocks names nobody. #}
{% macro usable_anywhere(id) -%}
    coalesce({% for destination in var('destinations') %}{{ crosswalk.usable_id(id, destination) }}{{ ', ' if not loop.last }}{% endfor %}{{ ', null' if var('destinations') | length == 1 }})
{%- endmacro %}

{# The blocked ids of a destination as lists of SQL literals, by how they match. #}
{% macro blocked_ids(destination) %}
    {%- if not execute -%}{{ return({'any': '', 'exact': ''}) }}{%- endif -%}
    {%- set lists = {'any': [], 'exact': []} -%}
    {%- for row in crosswalk.seed_rows('blocked_ids')['rows'] if row['destination'] == destination -%}
        {%- set id = fromjson(row['id']) -%}
        {%- do lists[row['match']].append(crosswalk.literal(id | lower if row['match'] == 'any' else id)) -%}
    {%- endfor -%}
    {{ return({'any': lists['any'] | join(', '), 'exact': lists['exact'] | join(', ')}) }}
{% endmacro %}

{# Whether a person is in the sample: by a hash of the person, so that whole histories stay together and every run takes the same people. #}
{% macro is_sampled(user_id, first_user_id, device_id, person_id) -%}
    {%- if var('sample_people') == 1 -%}
    true
    {%- else -%}
    {{ crosswalk.hash_integer("coalesce(" ~ [crosswalk.usable_anywhere(user_id), first_user_id, crosswalk.usable_anywhere(device_id), person_id, "''"] | join(', ') ~ ")") }} < {{ (var('sample_people') * 268435456) | int }}
    {%- endif -%}
{%- endmacro %}
