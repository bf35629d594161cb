{# The select lines `trait_values`, `context_values` and `touch_values` that the macros below read, from hub_users rows: each object is parsed once. #}
{% macro picked_person_values(destination) -%}
    {{ crosswalk.json_pick('properties', crosswalk.trait_keys(destination)) }} as trait_values,
    {{ crosswalk.json_pick_text('context', crosswalk.person_context_columns()) }} as context_values,
    {{ crosswalk.json_pick('initial_properties', crosswalk.first_touch_names()) }} as touch_values
{%- endmacro %}

{# The keys of user properties that a destination knows a name for. #}
{% macro trait_keys(destination) %}
    {%- set keys = [] -%}
    {%- for row in crosswalk.crosswalk_properties('user') if row['person'] == 'set' and row[destination] -%}
        {%- for source in var('sources') -%}
            {%- for place in crosswalk.source_places(row, source) if place['kind'] == 'up' -%}{%- do keys.append(place['name']) -%}{%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(keys | unique(case_sensitive=true) | list) }}
{% endmacro %}

{# A column of a person's context as JSON text. #}
{% macro person_context_json(column) -%}
    {%- set columns = crosswalk.person_context_columns() -%}
    {{- crosswalk.json_string(crosswalk.json_picked('context_values', columns, column)) if column in columns else 'null' -}}
{%- endmacro %}

{# The user concepts that the crosswalk marks with set, under the names of a destination, read from a hub_users row: names, mail, phone and so on from
   its properties, the rest from its context. #}
{% macro person_traits(destination) -%}
    {%- set columns = crosswalk.hub_context_columns() | map('first') | list -%}
    case source
        {%- for source in var('sources') %}
        {%- set pairs = [] %}
        {%- for row in crosswalk.crosswalk_properties('user') if row['person'] == 'set' and row[destination] %}
            {%- set name = crosswalk.json_name(crosswalk.destination_cell(row[destination])['name']) %}
            {%- set places = crosswalk.source_places(row, source) | selectattr('kind', 'equalto', 'up') | list %}
            {%- if places %}
                {%- set values = [] %}
                {%- for place in places %}{%- do values.append("nullif(nullif(cast(" ~ crosswalk.json_picked('trait_values', crosswalk.trait_keys(destination), place['name']) ~ " as " ~ dbt.type_string() ~ "), 'null'), '\"\"')") %}{%- endfor %}
                {%- if row['canonical_property'] in columns and destination not in ('posthog', source) %}
                    {%- do values.append(crosswalk.person_context_json(row['canonical_property'])) %}
                {%- endif %}
                {%- do pairs.append([name, "coalesce(" ~ values | join(', ') ~ ", null)"]) %}
            {%- elif row['canonical_property'] in columns and not (destination == 'posthog') %}
                {%- do pairs.append([name, crosswalk.person_context_json(row['canonical_property'])]) %}
            {%- endif %}
        {%- endfor %}
        when '{{ source }}' then {{ crosswalk.json_build(pairs) | indent(8) }}
        {%- endfor %}
    end
{%- endmacro %}

{# The columns of a hub_users row's context as columns again, as select lines, so that the same rules render them as on events. #}
{% macro person_context_select() -%}
    {%- for column in crosswalk.person_context_columns() %}
        {{ crosswalk.json_picked('context_values', crosswalk.person_context_columns(), column) }} as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# The first-touch values of a person under the names of a destination, and whatever else its source wants to be set once. A time that the destination's
   own profile holds stays there. #}
{% macro person_first_touch(destination) -%}
    {%- set pairs = [] -%}
    {%- for row in crosswalk.crosswalk_properties('user') if row['person'] == 'set_once' and row[destination] -%}
        {%- set name = crosswalk.json_name(crosswalk.destination_cell(row[destination])['name']) -%}
        {%- if row['data_type'] == 'time' -%}
            {%- do pairs.append([name, crosswalk.unless_source(
                [destination] | select('in', var('sources')) | list, crosswalk.json_string(crosswalk.iso_seconds(row['canonical_property']))
            )]) -%}
        {%- else -%}
            {%- do pairs.append([name, "cast(" ~ crosswalk.json_picked('touch_values', crosswalk.first_touch_names(), row['canonical_property']) ~ " as " ~ dbt.type_string() ~ ")"]) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if crosswalk.sources_that_set_once() -%}
    {%- do pairs.extend(crosswalk.traits_set_once(destination)) -%}
    {%- set own = crosswalk.json_drop_keys('initial_properties', crosswalk.text_list(crosswalk.first_touch_names())) -%}
    {{ crosswalk.json_overlay(own, crosswalk.json_build(pairs)) }}
    {%- else -%}
    {{ crosswalk.json_build(pairs) }}
    {%- endif -%}
{%- endmacro %}

{# The concepts that are set on people otherwise, where a source sets them once: [name, JSON text] pairs. #}
{% macro traits_set_once(destination) %}
    {%- set pairs = [] -%}
    {%- for source in crosswalk.sources_that_set_once() -%}
        {%- for row in crosswalk.crosswalk_properties('user') if row['person'] == 'set' and row[destination] and source != destination -%}
            {%- set values = [] -%}
            {%- for place in crosswalk.source_places(row, source) if place['kind'] == 'up' -%}
                {%- do values.append("nullif(cast(" ~ crosswalk.json_value('initial_properties', place['name']) ~ " as " ~ dbt.type_string() ~ "), 'null')") -%}
            {%- endfor -%}
            {%- if values -%}
                {%- do pairs.append([
                    crosswalk.json_name(crosswalk.destination_cell(row[destination])['name']),
                    "case when source = '" ~ source ~ "' then coalesce(" ~ values | join(', ') ~ ", null) end",
                ]) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(pairs) }}
{% endmacro %}

{# Two object texts as one. The second wins; what the first holds under the same name with another value, or under a name that is reserved, is kept as
   `<source>_<name>`. #}
{% macro json_overlay(base, top, reserved=[]) -%}
    case
        when {{ base }} = '{}' then {{ top }}
        {%- if reserved %}
        when {{ crosswalk.json_has_any_key(base, reserved) | indent(12) }} or {{ crosswalk.json_shares_keys(base, top) }}
        {%- else %}
        when {{ crosswalk.json_shares_keys(base, top) }}
        {%- endif %}
            then {{ crosswalk.json_splice([crosswalk.json_make_room(base, top, reserved, "source || '_'"), top]) | indent(12) }}
        else {{ crosswalk.json_splice([base, top]) | indent(8) }}
    end
{%- endmacro %}
