{# One name per person and kind of id, so that a user and a device of the same id stay two people. #}
{% macro person_key(user_id, device_id, person_id) -%}
    coalesce('user:' || {{ user_id }}, 'device:' || {{ device_id }}, 'person:' || {{ person_id }})
{%- endmacro %}

{# The keys of user properties that are looked for on every row, for one `json_pick` under the name `user_values`: what is set once, and what stands among
   event properties too. All else is read from a person's latest properties. #}
{% macro user_keys() %}
    {%- set keys = [] -%}
    {%- for row in crosswalk.crosswalk_properties('user') -%}
        {%- for source in var('sources') -%}
            {%- set places = crosswalk.source_places(row, source) -%}
            {%- if row['person'] == 'set_once' or row['canonical_property'] == 'created_at' or places | selectattr('kind', 'equalto', 'ep') | list -%}
                {%- for place in places if place['kind'] == 'up' -%}{%- do keys.append(place['name']) -%}{%- endfor -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(keys | unique(case_sensitive=true) | list) }}
{% endmacro %}

{# All keys of event properties that say something about the person, for one `json_pick` under the name `person_values`. #}
{% macro person_keys() %}
    {%- set keys = [] -%}
    {%- for source in var('sources') -%}{%- do keys.extend(crosswalk.source_keys(source, 'ep', 'user')) -%}{%- endfor -%}
    {{ return(keys | unique(case_sensitive=true) | list) }}
{% endmacro %}

{# The select lines `user_values`, `once_values` and `person_values` that the macros below read, from event rows. #}
{% macro picked_user_values() -%}
    {{ crosswalk.json_pick('user_properties', crosswalk.user_keys()) }} as user_values,
    {{ crosswalk.json_pick('once_properties', crosswalk.user_keys()) if crosswalk.sources_that_set_once() else 'null' }} as once_values,
    {{ crosswalk.json_pick('event_properties', crosswalk.person_keys()) if crosswalk.person_keys() else 'null' }} as person_values
{%- endmacro %}

{# The selected sources whose rows say themselves what is to be set once, in `once_properties`, and whose user properties are changes and no snapshots. #}
{% macro sources_that_set_once() %}
    {{ return(['posthog'] | select('in', var('sources')) | list) }}
{% endmacro %}

{# The JSON value of a user concept, from the places that the crosswalk names for a source: the values picked above, or columns carried along. #}
{% macro user_concept(source, row) -%}
    {%- set found = [] -%}
    {%- for place in crosswalk.source_places(row, source) -%}
        {%- if place['kind'] == 'up' -%}
            {%- do found.append(crosswalk.json_picked('user_values', crosswalk.user_keys(), place['name'])) -%}
            {%- if source in crosswalk.sources_that_set_once() -%}
                {%- do found.append(crosswalk.json_picked('once_values', crosswalk.user_keys(), place['name'])) -%}
            {%- endif -%}
        {%- elif place['kind'] == 'ep' -%}{%- do found.append(crosswalk.json_picked('person_values', crosswalk.person_keys(), place['name'])) -%}
        {%- elif place['kind'] == 'col' -%}{%- do found.append(crosswalk.json_value('source_columns', crosswalk.carried_name(source, place['name']))) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- 'coalesce(' ~ found | join(', ') ~ ')' if found | length > 1 else (found[0] if found else 'null') -}}
{%- endmacro %}

{# An object of the first-touch values on a row, under their canonical names or those of a destination. EMPTY and (none) are Amplitude's words for no
   value. #}
{% macro first_touch_object(destination=none) -%}
    case
        when source is null then '{}'
        {%- for source in var('sources') if source != destination %}
        {%- set pairs = [] %}
        {%- for row in crosswalk.crosswalk_properties('user') if row['person'] == 'set_once' and row['data_type'] != 'time' and row[source] %}
            {%- set name = crosswalk.destination_cell(row[destination])['name'] if destination else row['canonical_property'] %}
            {%- if name %}
                {%- do pairs.append([crosswalk.json_name(name), crosswalk.touched(crosswalk.user_concept(source, row))]) %}
            {%- endif %}
        {%- endfor %}
        {%- set conditions = [crosswalk.has_keys('user_properties')] %}
        {%- if source in crosswalk.sources_that_set_once() %}{% do conditions.append(crosswalk.has_keys('once_properties')) %}{% endif %}
        {%- if crosswalk.source_keys(source, 'ep', 'user') %}{% do conditions.append(crosswalk.has_keys('event_properties')) %}{% endif %}
        when source = '{{ source }}' and ({{ conditions | join(' or ') }})
            then {{ crosswalk.json_build(pairs) | indent(12) }}
        {%- endfor %}
        else '{}'
    end
{%- endmacro %}

{# What a row says of its person's properties, as text; null where it says nothing. Where properties are changes, one that is taken away is null. #}
{% macro person_snapshot() -%}
    {%- set properties = 'cast(user_properties as ' ~ dbt.type_string() ~ ')' -%}
    {%- set unset = crosswalk.json_value('event_properties', '$unset') -%}
    {%- if crosswalk.sources_that_set_once() -%}
    case
        when source in ('{{ crosswalk.sources_that_set_once() | join("', '") }}') and {{ crosswalk.json_kind(unset) }} = 'array'
            then nullif({{ crosswalk.json_splice([
                properties,
                crosswalk.json_drop_keys(crosswalk.json_null_object(unset), crosswalk.json_keys(properties)),
            ]) | indent(12) }}, '{}')
        else nullif({{ properties }}, '{}')
    end
    {%- else -%}
    nullif({{ properties }}, '{}')
    {%- endif -%}
{%- endmacro %}

{# The rest of what a row sets once: the keys that the crosswalk does not know, as they are. One that is called as a concept of ours is kept as
   `<source>_<name>`. #}
{% macro other_once_properties() -%}
    {%- set text = 'cast(once_properties as ' ~ dbt.type_string() ~ ')' -%}
    {%- set known = [] -%}
    {%- for source in crosswalk.sources_that_set_once() -%}{%- do known.extend(crosswalk.first_touch_keys(source)) -%}{%- endfor -%}
    {%- set names = crosswalk.first_touch_names() -%}
    {%- if known -%}
    case
        when once_properties is null then '{}'
        when {{ crosswalk.json_has_any_key(text, names) }}
            then {{ crosswalk.json_drop_keys(crosswalk.json_make_room(text, "'{}'", names, "source || '_'"), crosswalk.text_list(known)) | indent(12) }}
        when {{ crosswalk.json_has_any_key(text, known) }} then {{ crosswalk.json_drop_keys(text, crosswalk.text_list(known)) | indent(8) }}
        else {{ text }}
    end
    {%- else -%}
    '{}'
    {%- endif -%}
{%- endmacro %}

{# The canonical names of the first-touch concepts, times apart. #}
{% macro first_touch_names() %}
    {%- set names = [] -%}
    {%- for row in crosswalk.crosswalk_properties('user') if row['person'] == 'set_once' and row['data_type'] != 'time' -%}{%- do names.append(row['canonical_property']) -%}{%- endfor -%}
    {{ return(names) }}
{% endmacro %}

{# A first-touch value, as JSON text, where it says something, else null. #}
{% macro touched(value) -%}
    {%- set text = 'cast(' ~ value ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    case
        when {{ text }} not in ('null', '""', {% for word in crosswalk.words_for_nothing() %}{{ crosswalk.literal(tojson(word)) }}{{ ', ' if not loop.last }}{% endfor %})
            then {{ text }}
    end
{%- endmacro %}

{# What Amplitude's SDKs and exports write for a first-touch value that is none. #}
{% macro words_for_nothing() %}
    {{ return(['EMPTY', '(none)']) }}
{% endmacro %}

{# When the source says that it first met the person, as it wrote it. #}
{% macro event_created_text() -%}
    case source
        {%- for source in var('sources') %}
        {%- for row in crosswalk.crosswalk_properties('user') if row['canonical_property'] == 'created_at' and row[source] %}
        when '{{ source }}' then {{ crosswalk.json_scalar_text(crosswalk.user_concept(source, row)) }}
        {%- endfor %}
        {%- endfor %}
        when '-' then '-'
    end
{%- endmacro %}

{# The same as a time, from a column with that text: read in a CTE before, since a time is looked at in several ways. #}
{% macro event_created_at(text) -%}
    {{ crosswalk.plausible_time(crosswalk.parse_time(text)) }}
{%- endmacro %}

{# The keys of user properties that are first-touch values of a source: they travel in initial_properties. A time such as created_at stays besides, since
   not every destination has a name for it. #}
{% macro first_touch_keys(source) %}
    {%- set keys = [] -%}
    {%- for row in crosswalk.crosswalk_properties('user') if row['person'] == 'set_once' and row['data_type'] != 'time' -%}
        {%- for place in crosswalk.source_places(row, source) if place['kind'] == 'up' -%}{%- do keys.append(place['name']) -%}{%- endfor -%}
    {%- endfor -%}
    {{ return(keys | unique(case_sensitive=true) | list) }}
{% endmacro %}

{# User properties without the first-touch keys of their source, which stands in the column `source`; an empty object where there are none. #}
{% macro without_first_touch(properties, source='source') -%}
    case
        when {{ properties }} is null then '{}'
        {%- for name in var('sources') if crosswalk.first_touch_keys(name) %}
        when {{ source }} = '{{ name }}' and {{ crosswalk.json_has_any_key(properties, crosswalk.first_touch_keys(name)) }}
            then {{ crosswalk.json_drop_keys(properties, crosswalk.text_list(crosswalk.first_touch_keys(name))) | indent(8) }}
        {%- endfor %}
        else {{ properties }}
    end
{%- endmacro %}

{# The selected sources whose tool is a destination too and has profiles: those go back as they are, so that the hub takes nothing out of them. #}
{% macro sources_with_whole_profiles() %}
    {{ return(['mixpanel'] | select('in', var('sources')) | list) }}
{% endmacro %}

{# The properties of a person in the hub: without the first-touch keys, which stand beside them, but whole where they may go back. #}
{% macro hub_user_properties(properties) -%}
    {%- set whole = crosswalk.sources_with_whole_profiles() -%}
    {%- if whole -%}
    case
        when people.source in ('{{ whole | join("', '") }}') then coalesce({{ properties }}, '{}')
        else {{ crosswalk.without_first_touch(properties, 'people.source') }}
    end
    {%- else -%}
    {{ crosswalk.without_first_touch(properties, 'people.source') }}
    {%- endif -%}
{%- endmacro %}

{# The event columns that describe a person: those that the crosswalk marks with set. #}
{% macro person_context_columns() %}
    {%- set columns = [] -%}
    {%- for row in crosswalk.crosswalk_properties('event') if row['person'] == 'set' -%}{%- do columns.append(row['canonical_property']) -%}{%- endfor -%}
    {{ return(columns + ['platform', 'device_family']) }}
{% endmacro %}

{# The latest known value of each, as select lines of an aggregate over events. #}
{% macro latest_person_context(order_by) -%}
    {%- for column in crosswalk.person_context_columns() %}
        {{ crosswalk.latest(column, order_by) | indent(8) }} as latest_{{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# Those values as an object under canonical names. #}
{% macro person_context_object(relation) -%}
    {%- set pairs = [] -%}
    {%- for column in crosswalk.person_context_columns() -%}
        {%- do pairs.append([crosswalk.json_name(column), crosswalk.json_string(relation ~ '.latest_' ~ column)]) -%}
    {%- endfor -%}
    {{- crosswalk.json_build(pairs) -}}
{%- endmacro %}
