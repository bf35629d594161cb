{# The rows of crosswalk_properties.csv and of the user's own, checked: one row per concept and scope, event concepts are hub columns. #}
{% macro crosswalk_properties(scope) %}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {#- checked once a run, as the seeds are read once -#}
    {%- set kept = graph.setdefault('crosswalk_seed_rows', {}) -%}
    {%- if 'checked ' ~ scope in kept -%}{{ return(kept['checked ' ~ scope]) }}{%- endif -%}
    {%- set header = ['canonical_property', 'scope', 'data_type', 'amplitude', 'heap', 'mixpanel', 'posthog', 'person', 'note'] -%}
    {%- set rows = crosswalk.seed_rows_with_custom('crosswalk_properties', var('crosswalk_properties_custom'), header) -%}
    {%- set hub_columns = crosswalk.hub_context_columns() | map('first') | list -%}
    {%- set seen = [] -%}
    {%- set wanted = [] -%}
    {%- for row in rows -%}
        {%- set concept = row['canonical_property'] ~ ' (' ~ row['scope'] ~ ')' -%}
        {%- if concept in seen -%}
            {{ exceptions.raise_compiler_error("The canonical property '" ~ row['canonical_property'] ~ "' stands twice in the crosswalk for scope '" ~ row['scope'] ~ "'. Keep one row of it.") }}
        {%- elif row['scope'] not in ('event', 'user') -%}
            {{ exceptions.raise_compiler_error("The canonical property '" ~ row['canonical_property'] ~ "' has the scope '" ~ row['scope'] ~ "' in the crosswalk; it may be event or user.") }}
        {%- elif row['person'] not in ('', 'set', 'set_once') -%}
            {{ exceptions.raise_compiler_error("The canonical property '" ~ row['canonical_property'] ~ "' has '" ~ row['person'] ~ "' in the crosswalk's column person; it may be set, set_once or empty.") }}
        {%- elif row['scope'] == 'event' and row['canonical_property'] not in hub_columns -%}
            {{ exceptions.raise_compiler_error("The canonical property '" ~ row['canonical_property'] ~ "' of the crosswalk is no column of hub_events. The columns are: " ~ hub_columns | join(', ') ~ ".") }}
        {%- elif row['data_type'] == 'time' and row['canonical_property'] != 'created_at' -%}
            {{ exceptions.raise_compiler_error("The canonical property '" ~ row['canonical_property'] ~ "' has the data type time in the crosswalk, which only created_at may have; use text.") }}
        {%- endif -%}
        {%- do seen.append(concept) -%}
        {%- if row['scope'] == scope -%}{%- do wanted.append(row) -%}{%- endif -%}
    {%- endfor -%}
    {%- do kept.update({'checked ' ~ scope: wanted}) -%}
    {{ return(wanted) }}
{% endmacro %}
