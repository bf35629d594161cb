{# Stops with one sentence where crosswalk_events.csv or the user's own seed has another header, an action that is none, or an event twice. #}
{% macro check_event_names() %}
    {%- if not execute -%}{{ return('') }}{%- endif -%}
    {%- set header = ['source', 'source_event', 'mixpanel_event', 'posthog_event', 'action', 'note'] -%}
    {%- do crosswalk.seed_rows_with_custom('crosswalk_events', var('crosswalk_events_custom'), header) -%}
    {%- for seed in ['crosswalk_events', var('crosswalk_events_custom')] -%}
        {%- set seen = [] -%}
        {%- for row in crosswalk.seed_rows(seed)['rows'] -%}
            {%- set event = [row['source'], row['source_event']] -%}
            {%- if row['action'] not in ('keep', 'drop', 'off') -%}
                {{ exceptions.raise_compiler_error("The event '" ~ row['source_event'] ~ "' has the action '" ~ row['action'] ~ "' in the seed '" ~ seed ~ "'; it may be keep, drop or off.") }}
            {%- elif event in seen and row['action'] != 'off' -%}
                {{ exceptions.raise_compiler_error("The event '" ~ row['source_event'] ~ "' of " ~ row['source'] ~ " stands twice in the seed '" ~ seed ~ "'. Keep one row of it.") }}
            {%- endif -%}
            {%- do seen.append(event) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return('') }}
{% endmacro %}
