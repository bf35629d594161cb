{# The cell of a source in a row of the crosswalk as a list of places, the first that has a value wins: `col:name` a column, `ep:key` an event property,
   `up:key` a user property, `macro:name` a rule that a table of names cannot say. A bare name is a property of what the row's scope says. What a cell
   says about writing (` macro:…` behind a name) does not concern its reader. #}
{% macro source_places(row, source) %}
    {%- set places = [] -%}
    {%- for alternative in row.get(source, '').split('|') if alternative.strip() -%}
        {%- set part = alternative.split(' macro:')[0] -%}
        {%- set kind = part.split(':')[0] -%}
        {%- if kind in ('col', 'ep', 'up', 'macro') and ':' in part -%}
            {%- do places.append({'kind': kind, 'name': part[kind | length + 1:]}) -%}
        {%- else -%}
            {%- do places.append({'kind': 'up' if row['scope'] == 'user' else 'ep', 'name': part}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(places) }}
{% endmacro %}

{# The selected sources that write a concept as an event property of the very name that a destination knows it by: there it arrives as it is. #}
{% macro sources_with_same_name(row, destination) %}
    {%- set same = [] -%}
    {%- for source in var('sources') -%}
        {%- set places = crosswalk.source_places(row, source) -%}
        {%- if places | length == 1 and places[0]['kind'] == 'ep' and places[0]['name'] == crosswalk.destination_cell(row[destination])['name'] -%}
            {%- do same.append(source) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(same) }}
{% endmacro %}

{# A destination cell as {'name': the property's name, 'macro': the rule that renders it, or empty}: `$os macro:mixpanel_os`. Of several alternatives the
   first bare name is written to, else the first. #}
{% macro destination_cell(cell) %}
    {%- set alternatives = cell.split('|') -%}
    {%- set bare = [] -%}
    {%- for alternative in alternatives if alternative.split(' macro:')[0].split(':')[0] not in ('ep', 'up', 'col', 'macro') -%}{%- do bare.append(alternative) -%}{%- endfor -%}
    {%- set first = (bare + alternatives)[0] -%}
    {%- set parts = first.split(' macro:') -%}
    {%- set name = parts[0] -%}
    {%- set name = name[name.split(':')[0] | length + 1:] if name.split(':')[0] in ('ep', 'up', 'col') and ':' in name else name -%}
    {{ return({'name': name, 'macro': parts[1] if parts | length > 1 else ''}) }}
{% endmacro %}

{# The top-level columns of a source that the crosswalk reads into hub columns, by name or through a rule. #}
{% macro mapped_source_columns(source) %}
    {%- set columns = [] -%}
    {%- for row in crosswalk.crosswalk_properties('event') -%}
        {%- for place in crosswalk.source_places(row, source) if place['kind'] == 'col' -%}{%- do columns.append(place['name']) -%}{%- endfor -%}
    {%- endfor -%}
    {{ return((columns + crosswalk.crosswalk_rule(source ~ '_rule_columns')() if columns else columns) | unique(case_sensitive=false) | list) }}
{% endmacro %}

{# The keys that the crosswalk reads from a source's event (`ep`) or user (`up`) properties, each once. #}
{% macro source_keys(source, kind, scope) %}
    {%- set keys = [] -%}
    {%- for row in crosswalk.crosswalk_properties(scope) -%}
        {%- for place in crosswalk.source_places(row, source) if place['kind'] == kind and place['name'] not in keys -%}
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
