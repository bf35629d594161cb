{# The hub's context columns under the names of a destination, as [name expression, JSON text expression] pairs. `place` is `properties` (of an event)
   or `person` (what $set gets: the columns that the crosswalk marks so). A column without an equivalent keeps the source's name. What a source already
   writes under the destination's name stays as it wrote it. #}
{% macro destination_pairs(destination, place='properties') %}
    {%- set pairs = [] -%}
    {%- for row in crosswalk.crosswalk_properties('event') if (place == 'properties' or row['person'] == 'set') and crosswalk.is_written(row) -%}
        {%- set column = row['canonical_property'] -%}
        {%- set cell = crosswalk.destination_cell(row[destination]) -%}
        {#- a hash is not looked into -#}
        {%- if column != 'ip' and crosswalk.is_private_concept(row, 'hash_properties') -%}{%- do cell.update({'macro': ''}) -%}{%- endif -%}
        {%- set same = crosswalk.sources_with_same_name(row, destination) if place == 'properties' else [] -%}
        {%- set found = [] -%}
        {%- if cell['macro'] -%}
            {%- for pair in crosswalk.crosswalk_rule(cell['macro'])(column, cell['name'], place, '-source-') -%}
                {%- do found.append([crosswalk.source_name(row, destination) if pair[0] == '-source-' else crosswalk.json_name(pair[0]), pair[1]]) -%}
            {%- endfor -%}
        {%- elif cell['name'] -%}
            {%- do found.append([crosswalk.json_name(cell['name']), crosswalk.moved_value(row, destination, place, crosswalk.column_json(column))]) -%}
        {%- elif place == 'properties' -%}
            {%- do found.append([crosswalk.source_name(row, destination), crosswalk.column_json(column)]) -%}
        {%- endif -%}
        {%- for pair in found if var('sources') | reject('in', same) | list -%}
            {%- do pairs.append([pair[0], crosswalk.unless_source(same, pair[1])]) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(pairs) }}
{% endmacro %}

{# Whether a concept is written at all: one that is denied might be made from others. Mixpanel's `ip` is 0 then, since without it the sender's is looked up. #}
{% macro is_written(row) %}
    {{ return(row['canonical_property'] == 'ip' or not crosswalk.is_private_concept(row)) }}
{% endmacro %}

{# A value of an event's own that arrives under another name only keeps its type: it is taken from the event and not from the hub's column. #}
{% macro moved_value(row, destination, place, value) -%}
    {%- set keys = {} -%}
    {%- for source in var('sources') if place == 'properties' -%}
        {%- set places = crosswalk.source_places(row, source) -%}
        {%- if places | length == 1 and places[0]['name'] in crosswalk.moved_keys(source, destination, 'event', 'ep') -%}{%- do keys.update({source: places[0]['name']}) -%}{%- endif -%}
    {%- endfor -%}
    {%- if keys -%}
    case
        {%- for source, key in keys.items() %}
        when source = '{{ source }}' then cast({{ crosswalk.json_value('event_properties', key) }} as {{ dbt.type_string() }})
        {%- endfor %}
        else {{ value }}
    end
    {%- else -%}
    {{ value }}
    {%- endif -%}
{%- endmacro %}

{# A value that rows of some sources do without. #}
{% macro unless_source(sources, value) -%}
    {%- if not sources -%}{{ value }}{%- else -%}case when source not in ('{{ sources | join("', '") }}') then {{ value }} end{%- endif -%}
{%- endmacro %}

{# A hub column as JSON text: text as a string, numbers as they are. #}
{% macro column_json(column) -%}
    {%- set types = dict(crosswalk.hub_context_columns()) -%}
    {{- crosswalk.json_string(column) if types.get(column, 'text') == 'text' else crosswalk.number_json(column) -}}
{%- endmacro %}

{# A number as JSON text, whole ones without a fraction. #}
{% macro number_json(column) -%}
    case
        when {{ column }} = floor({{ column }}) and abs({{ column }}) < 1e15 then cast(cast({{ column }} as {{ dbt.type_bigint() }}) as {{ dbt.type_string() }})
        else {{ crosswalk.number_text(column) }}
    end
{%- endmacro %}

{# The name, as a JSON string expression, under which a source's own column arrives where the destination has no equivalent; null for a source that
   does not have it as a column (its properties keep their keys anyway). #}
{% macro source_name(row, destination) -%}
    {%- set names = crosswalk.source_names(row, destination) -%}
    {%- if names and var('sources') | length == 1 -%}
    {{ crosswalk.json_name(names[var('sources')[0]]) }}
    {%- elif names -%}
    case source
        {%- for source, name in names.items() %} when '{{ source }}' then {{ crosswalk.json_name(name) }}{% endfor %} end
    {%- else -%}
    null
    {%- endif -%}
{%- endmacro %}

{# The same names as a dictionary by source. #}
{% macro source_names(row, destination) %}
    {%- set names = {} -%}
    {%- for source in var('sources') -%}
        {%- set places = crosswalk.source_places(row, source) | selectattr('kind', 'equalto', 'col') | list -%}
        {%- if places -%}
            {%- do names.update({source: crosswalk.own_name(source, places[0]['name'], destination)}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(names) }}
{% endmacro %}

{# The name of a source's column at a destination: from crosswalk_columns.csv, else `<source>_<column>`. #}
{% macro own_name(source, column, destination) -%}
    {%- set given = crosswalk.crosswalk_columns(source) | selectattr('column_name', 'equalto', column) | map(attribute=destination) | select | list -%}
    {{- given[0] if given else crosswalk.carried_name(source, column) -}}
{%- endmacro %}

{# The columns that crosswalk_columns.csv names, as pairs read from `named_columns`; 0 is none. A session that is none stays out of Mixpanel. #}
{% macro named_pairs(destination) %}
    {%- set pairs = [] -%}
    {%- for source in var('sources') -%}
        {%- set mapped = crosswalk.mapped_source_columns(source) -%}
        {%- for row in crosswalk.crosswalk_columns(source) if row['column_name'] not in mapped -%}
            {%- set value = "cast(" ~ crosswalk.json_value('named_columns', crosswalk.carried_name(source, row['column_name'])) ~ " as " ~ dbt.type_string() ~ ")" -%}
            {%- if row['column_name'] == 'session_id' and destination == 'mixpanel' -%}
                {%- set value = "case when session_id is not null then " ~ value ~ " end" -%}
            {%- endif -%}
            {%- do pairs.append([
                crosswalk.json_name(crosswalk.own_name(source, row['column_name'], destination)),
                "case when source = '" ~ source ~ "' then nullif(" ~ value ~ ", '0') end",
            ]) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(pairs) }}
{% endmacro %}

{# Every name that the project itself may write at a destination: where a source's own property has one of them, room has to be made. #}
{% macro taken_names(destination) %}
    {%- set names = crosswalk.reserved_names(destination) + ['user_properties', 'import_id', 'device_id'] -%}
    {%- for source in var('sources') -%}
        {%- do names.extend(['$' ~ source ~ '_user_id', '$' ~ source ~ '_device_id']) -%}
    {%- endfor -%}
    {%- for row in crosswalk.crosswalk_properties('event') -%}
        {%- set cell = crosswalk.destination_cell(row[destination]) -%}
        {%- if cell['name'] and var('sources') | reject('in', crosswalk.sources_with_same_name(row, destination)) | list -%}
            {%- do names.append(cell['name']) -%}
        {%- endif -%}
        {%- do names.extend(crosswalk.source_names(row, destination).values()) -%}
    {%- endfor -%}
    {%- for source in var('sources') -%}
        {%- for row in crosswalk.crosswalk_columns(source) -%}
            {%- do names.append(crosswalk.own_name(source, row['column_name'], destination)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(names | unique(case_sensitive=true) | list) }}
{% endmacro %}

{# The property names that a destination keeps for itself: crosswalk_reserved.csv. #}
{% macro reserved_names(destination) %}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {{ return(crosswalk.seed_rows('crosswalk_reserved')['rows'] | selectattr('destination', 'equalto', destination) | map(attribute='name') | list) }}
{% endmacro %}
