{# The body of a CTE with the objects of events that the property catalog looks at, one a row (source, scope, properties), from a relation with the columns of
   hub_events. `more` is a further select line. #}
{% macro catalog_scopes(events, more=none) -%}
    {%- set scopes = [
        ('event', 'event_properties'), ('user', 'user_properties'), ('column', 'source_columns'), ('group', crosswalk.column('groups')),
    ] -%}
    {%- for scope, column in scopes %}
    select source, '{{ scope }}' as scope, {{ more ~ ', ' if more }}{{ column }} as properties
    from {{ events }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
