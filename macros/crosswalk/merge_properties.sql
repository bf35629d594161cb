{# Whether `theirs` may have a key that the project writes too, so that room has to be made: a name from the seeds, one with the source's prefix, or
   one of an object whose keys are not known beforehand. A row that goes back to its own tool may always: nothing is added to it but the marks, which are
   looked for then. `parts` are the objects that `theirs` is made of: a look at them does without putting it together. #}
{% macro has_collision(theirs, destination, dynamic=none, parts=none) -%}
    {%- set prefixes = [] -%}
    {%- for source in var('sources') -%}{%- do prefixes.append(source ~ '_') -%}{%- endfor -%}
    case
        {%- if parts and destination in var('sources') %}
        when {{ crosswalk.is_native_to(destination) }} then true
        {%- endif %}
        {%- for part in parts or [theirs] %}
        when {{ crosswalk.json_may_have_key(part, crosswalk.taken_names(destination), prefixes) }} then true
        {%- endfor %}
        {%- if dynamic %}
        when {{ dynamic }} <> '{}'
            then {% for part in parts or [theirs] %}{{ crosswalk.json_shares_keys(part, dynamic) }}{{ ' or ' if not loop.last }}{% endfor %}
        {%- endif %}
        else false
    end
{%- endmacro %}

{# The user's properties as they stand on events: a first-touch value that says EMPTY or (none) is none. #}
{% macro said_user_properties() -%}
    {%- set text = 'cast(user_properties as ' ~ dbt.type_string() ~ ')' -%}
    case
        {%- for source in var('sources') if crosswalk.first_touch_keys(source) %}
        when source = '{{ source }}' and ({{ text }} like '%:"EMPTY"%' or {{ text }} like '%:"(none)"%')
            then {{ crosswalk.json_drop_values(text, crosswalk.first_touch_keys(source), crosswalk.words_for_nothing()) | indent(12) }}
        {%- endfor %}
        when source is null then '{}'
        else {{ text }}
    end
{%- endmacro %}

{# Whether a row comes from the tool that it goes to: then it speaks that tool's language already. #}
{% macro is_native_to(destination) -%}
    source = '{{ destination }}'
{%- endmacro %}

{# An object, as text, that is empty for the rows of the destination's own tool. #}
{% macro unless_native(destination, object) -%}
    {%- if destination in var('sources') -%}
    case when {{ crosswalk.is_native_to(destination) }} then '{}' else {{ object }} end
    {%- else -%}
    {{ object }}
    {%- endif -%}
{%- endmacro %}

{# A condition that leaves out what a destination has of its own rows anyway: nothing is made for them that stands among them already. #}
{% macro is_from_elsewhere(destination) -%}
    {{ "source <> '" ~ destination ~ "'" if destination in var('sources') else 'true' }}
{%- endmacro %}

{# The event's properties, as text, less what travels otherwise: what crosswalk_internal.csv lists with `move` (taken up by the hub; stays for the tool
   itself) or `strip` (leaves only for the tool itself), and a Mixpanel key that is mapped to another name. #}
{% macro event_object(destination) -%}
    {%- set text = 'cast(event_properties as ' ~ dbt.type_string() ~ ')' -%}
    {%- set lists = {} -%}
    {%- for source in var('sources') -%}
        {%- set names = crosswalk.internal_names(source, 'strip' if source == destination else 'move') + crosswalk.moved_keys(source, destination, 'event', 'ep') -%}
        {%- if names -%}{%- do lists.update({source: names}) -%}{%- endif -%}
    {%- endfor -%}
    {%- if lists -%}
    case
        {%- for source, names in lists.items() %}
        when source = '{{ source }}' and {{ crosswalk.json_has_any_key(text, names) }} then {{ crosswalk.json_drop_keys(text, crosswalk.text_list(names)) | indent(12) }}
        {%- endfor %}
        else {{ text }}
    end
    {%- else -%}
    {{ text }}
    {%- endif -%}
{%- endmacro %}

{# The keys of a source that arrive at a destination under another name only: PostHog's importer moves Mixpanel's and copies those of all others. #}
{% macro moved_keys(source, destination, scope, kind, times=true) %}
    {%- if source != 'mixpanel' or source == destination -%}{{ return([]) }}{%- endif -%}
    {%- set names = [] -%}
    {%- for row in crosswalk.crosswalk_properties(scope) if times or row['data_type'] != 'time' -%}
        {%- set cell = crosswalk.destination_cell(row[destination]) -%}
        {%- for place in crosswalk.source_places(row, source) if place['kind'] == kind and cell['name'] not in ('', place['name']) and not cell['macro'] -%}
            {%- do names.append(place['name']) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(names) }}
{% endmacro %}

{# An event's own properties (the column `event_object`) and, where the setting says root, the user's beside them (the column `said_properties`); the event's own win.
   A row that goes back to its own tool gets nothing beside them. #}
{% macro own_properties(destination) -%}
    {%- if var('user_properties_on_events').get(destination, 'none') == 'root' -%}
    case
        {%- if destination in var('sources') %}
        when {{ crosswalk.is_native_to(destination) }} then event_object
        {%- endif %}
        when said_properties = '{}' then event_object
        when {{ crosswalk.json_shares_keys('event_object', 'said_properties') }}
            then {{ crosswalk.json_splice([
                'event_object',
                crosswalk.json_drop_keys('said_properties', crosswalk.json_keys('event_object')),
            ]) | indent(12) }}
        else {{ crosswalk.json_splice([
            'event_object',
            'said_properties',
        ]) | indent(8) }}
    end
    {%- else -%}
    event_object
    {%- endif -%}
{%- endmacro %}

{# The columns that `own_properties` are made of. #}
{% macro own_parts(destination) %}
    {{ return(['event_object'] + (['said_properties'] if var('user_properties_on_events').get(destination, 'none') == 'root' else [])) }}
{% endmacro %}

{# The pair that holds the user's properties under one name, where the setting says nested. #}
{% macro nested_user_properties(destination) %}
    {%- if var('user_properties_on_events').get(destination, 'none') == 'nested' -%}
        {{ return([["'\"user_properties\"'", "nullif(said_properties, '{}')"]]) }}
    {%- endif -%}
    {{ return([]) }}
{% endmacro %}

{# The properties of a hub_users row, as text, less the keys of its source that arrive under another name only. #}
{% macro user_object(destination) -%}
    {%- set text = 'cast(properties as ' ~ dbt.type_string() ~ ')' -%}
    {%- set lists = {} -%}
    {%- for source in var('sources') -%}
        {%- set names = crosswalk.moved_keys(source, destination, 'user', 'up') -%}
        {%- set touches = crosswalk.first_touch_keys(source) if source in crosswalk.sources_with_whole_profiles() and source != destination else [] -%}
        {%- set names = (names + touches) | unique(case_sensitive=true) | list -%}
        {%- if names -%}{%- do lists.update({source: names}) -%}{%- endif -%}
    {%- endfor -%}
    {%- if lists -%}
    case
        {%- for source, names in lists.items() %}
        {#- a time that could not be read arrives as it was written -#}
        {%- set touches = crosswalk.first_touch_keys(source) if source in crosswalk.sources_with_whole_profiles() and source != destination else [] %}
        {%- set texts = (crosswalk.moved_keys(source, destination, 'user', 'up', times=false) + touches) | unique(case_sensitive=true) | list %}
        {%- if texts | length < names | length %}
        when source = '{{ source }}' and created_at is null then {{ crosswalk.json_drop_keys(text, crosswalk.text_list(texts)) | indent(12) }}
        {%- endif %}
        when source = '{{ source }}' and {{ crosswalk.json_has_any_key(text, names) }} then {{ crosswalk.json_drop_keys(text, crosswalk.text_list(names)) | indent(12) }}
        {%- endfor %}
        else {{ text }}
    end
    {%- else -%}
    {{ text }}
    {%- endif -%}
{%- endmacro %}

{# Whether a JSON object, as a column of the JSON type or as text, has any key. #}
{% macro has_keys(object) -%}
    cast({{ object }} as {{ dbt.type_string() }}) <> '{}'
{%- endmacro %}
