{# Whether `theirs` has a key that the project writes too, so that room has to be made. A cheap look at the keys; it may say yes too often. #}
{% macro has_collision(theirs, destination, dynamic=none) -%}
    case
        when {{ theirs }} = '{}' then false
        when {{ crosswalk.json_has_any_key(theirs, crosswalk.taken_names(destination)) | indent(12) }} then true
        when {{ theirs }} like '%"' || source || '_%' then true
        {%- if dynamic %}
        when {{ dynamic }} <> '{}' then {{ crosswalk.json_shares_keys(theirs, dynamic) }}
        {%- endif %}
        else false
    end
{%- endmacro %}

{# An event's own properties and, where the setting says root, the user's beside them; the event's own win. #}
{% macro own_properties(destination) -%}
    {%- if var('user_properties_on_events').get(destination, 'none') == 'root' -%}
    case
        when user_properties = '{}' then cast(event_properties as {{ dbt.type_string() }})
        when {{ crosswalk.json_shares_keys('event_properties', 'user_properties') }}
            then {{ crosswalk.json_splice([
                'cast(event_properties as ' ~ dbt.type_string() ~ ')',
                crosswalk.json_drop_keys('user_properties', crosswalk.json_keys('event_properties')),
            ]) | indent(12) }}
        else {{ crosswalk.json_splice([
            'cast(event_properties as ' ~ dbt.type_string() ~ ')',
            'cast(user_properties as ' ~ dbt.type_string() ~ ')',
        ]) | indent(8) }}
    end
    {%- else -%}
    cast(event_properties as {{ dbt.type_string() }})
    {%- endif -%}
{%- endmacro %}

{# The pair that holds the user's properties under one name, where the setting says nested. #}
{% macro nested_user_properties(destination) %}
    {%- if var('user_properties_on_events').get(destination, 'none') == 'nested' -%}
        {{ return([["'\"user_properties\"'", "nullif(cast(user_properties as " ~ dbt.type_string() ~ "), '{}')"]]) }}
    {%- endif -%}
    {{ return([]) }}
{% endmacro %}
