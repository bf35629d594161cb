{# Whether `theirs` may have a key that the project writes too, so that room has to be made: a name from the seeds, one with the source's prefix, or
   one of an object whose keys are not known beforehand. #}
{% macro has_collision(theirs, destination, dynamic=none) -%}
    {%- set prefixes = [] -%}
    {%- for source in var('sources') -%}{%- do prefixes.append(source ~ '_') -%}{%- endfor -%}
    case
        when {{ crosswalk.json_may_have_key(theirs, crosswalk.taken_names(destination), prefixes) }} then true
        {%- if dynamic %}
        when {{ dynamic }} <> '{}' then {{ crosswalk.json_shares_keys(theirs, dynamic) }}
        {%- endif %}
        else false
    end
{%- endmacro %}

{# The user's properties as they stand on events: a first-touch value that says EMPTY or (none) is none. #}
{% macro said_user_properties() -%}
    {%- set text = 'cast(user_properties as ' ~ dbt.type_string() ~ ')' -%}
    case
        when {{ text }} like '%:"EMPTY"%' or {{ text }} like '%:"(none)"%'
            then {{ crosswalk.json_drop_values(text, crosswalk.first_touch_keys(), crosswalk.words_for_nothing()) | indent(12) }}
        else {{ text }}
    end
{%- endmacro %}

{# An event's own properties and, where the setting says root, the user's beside them (the column `said_properties`); the event's own win. #}
{% macro own_properties(destination) -%}
    {%- if var('user_properties_on_events').get(destination, 'none') == 'root' -%}
    case
        when said_properties = '{}' then cast(event_properties as {{ dbt.type_string() }})
        when {{ crosswalk.json_shares_keys('event_properties', 'said_properties') }}
            then {{ crosswalk.json_splice([
                'cast(event_properties as ' ~ dbt.type_string() ~ ')',
                crosswalk.json_drop_keys('said_properties', crosswalk.json_keys('event_properties')),
            ]) | indent(12) }}
        else {{ crosswalk.json_splice([
            'cast(event_properties as ' ~ dbt.type_string() ~ ')',
            'said_properties',
        ]) | indent(8) }}
    end
    {%- else -%}
    cast(event_properties as {{ dbt.type_string() }})
    {%- endif -%}
{%- endmacro %}

{# The pair that holds the user's properties under one name, where the setting says nested. #}
{% macro nested_user_properties(destination) %}
    {%- if var('user_properties_on_events').get(destination, 'none') == 'nested' -%}
        {{ return([["'\"user_properties\"'", "nullif(said_properties, '{}')"]]) }}
    {%- endif -%}
    {{ return([]) }}
{% endmacro %}
