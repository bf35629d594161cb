{# A source cell of the crosswalk as a list of places, the first that has a value wins: `col:name` a column, `ep:key` an event property,
   `up:key` a user property, `macro:name` a rule that a table of names cannot say. A bare name is an event property. #}
{% macro source_places(cell) %}
    {%- set places = [] -%}
    {%- for part in cell.split('|') if part.strip() -%}
        {%- set kind = part.split(':')[0] -%}
        {%- if kind in ('col', 'ep', 'up', 'macro') and ':' in part -%}
            {%- do places.append({'kind': kind, 'name': part[kind | length + 1:]}) -%}
        {%- else -%}
            {%- do places.append({'kind': 'ep', 'name': part}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(places) }}
{% endmacro %}

{# A destination cell as {'name': the property's name, 'macro': the rule that renders it, or empty}: `$os macro:mixpanel_os`. Only the first
   of several alternatives is written to. #}
{% macro destination_cell(cell) %}
    {%- set first = cell.split('|')[0] -%}
    {%- set parts = first.split(' macro:') -%}
    {%- set name = parts[0] -%}
    {%- set name = name[name.split(':')[0] | length + 1:] if name.split(':')[0] in ('ep', 'up', 'col') and ':' in name else name -%}
    {{ return({'name': name, 'macro': parts[1] if parts | length > 1 else ''}) }}
{% endmacro %}

{# The top-level columns of a source that the crosswalk reads into hub columns, by name or through a rule. #}
{% macro mapped_source_columns(source) %}
    {%- set columns = [] -%}
    {%- for row in crosswalk.crosswalk_properties('event') -%}
        {%- for place in crosswalk.source_places(row[source]) if place['kind'] == 'col' -%}{%- do columns.append(place['name']) -%}{%- endfor -%}
    {%- endfor -%}
    {{ return((columns + crosswalk.crosswalk_rule(source ~ '_rule_columns')() if columns else columns) | unique | list) }}
{% endmacro %}

{# The keys that the crosswalk reads from a source's event (`ep`) or user (`up`) properties, each once. #}
{% macro source_keys(source, kind, scope) %}
    {%- set keys = [] -%}
    {%- for row in crosswalk.crosswalk_properties(scope) -%}
        {%- for place in crosswalk.source_places(row[source]) if place['kind'] == kind and place['name'] not in keys -%}
            {%- do keys.append(place['name']) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(keys) }}
{% endmacro %}

{# A macro of the project by its name in a crosswalk cell. #}
{% macro crosswalk_rule(name) %}
    {%- set rule = context['crosswalk'].get(name) if context.get('crosswalk') else none -%}
    {%- if not rule -%}
        {{ exceptions.raise_compiler_error("The crosswalk points to the macro '" ~ name ~ "', which is not in macros/crosswalk/rules/. Correct the cell or add the macro.") }}
    {%- endif -%}
    {{ return(rule) }}
{% endmacro %}
