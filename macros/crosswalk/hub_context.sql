{# The context columns of the hub for one source, as select lines: each from the places that the crosswalk names, the first with a value wins. #}
{% macro hub_context_select(source) %}
    {%- set rows = {} -%}
    {%- for row in crosswalk.crosswalk_properties('event') -%}{%- do rows.update({row['canonical_property']: row}) -%}{%- endfor -%}
    {%- set event_keys = crosswalk.source_keys(source, 'ep', 'event') -%}
    {%- set user_keys = crosswalk.source_keys(source, 'up', 'event') -%}
    {%- for column, type in crosswalk.hub_context_columns() -%}
        {%- set texts = [] -%}
        {#- a concept that is denied may be made from columns that are not -#}
        {%- for place in crosswalk.source_places(rows.get(column, {}), source) if not crosswalk.is_private_concept(rows.get(column, {'canonical_property': column})) -%}
            {%- if place['kind'] == 'col' -%}{%- do texts.append(place['name']) -%}
            {%- elif place['kind'] == 'ep' -%}{%- do texts.append(crosswalk.json_picked('event_values', event_keys, place['name'])) -%}
            {%- elif place['kind'] == 'up' -%}{%- do texts.append(crosswalk.json_picked('user_values', user_keys, place['name'])) -%}
            {%- else -%}{%- do texts.append(crosswalk.crosswalk_rule(place['name'])() | trim) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- set text = "nullif(" ~ (texts[0] if texts | length == 1 else "coalesce(" ~ texts | join(', ') ~ ")") ~ ", '')" if texts else "cast(null as " ~ dbt.type_string() ~ ")" -%}
        {{ '\n        ' -}}
        {%- if type == 'number' %}{{ crosswalk.safe_number(text) }}
        {%- else %}{{ text }}
        {%- endif %} as {{ column }}{{ ',' if not loop.last }}
    {%- endfor -%}
{% endmacro %}
