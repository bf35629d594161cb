{# A timestamp, where it can be one: no product analytics row is older than 2000. #}
{% macro plausible_time(timestamp) -%}
    case when {{ timestamp }} >= timestamp '2000-01-01 00:00:00' then {{ timestamp }} end
{%- endmacro %}

{# The day that a row without an upload time is held against, as a timestamp: `as_of`, by default the day of the build. #}
{% macro as_of() -%}
    {%- if var('as_of') -%}
    timestamp '{{ crosswalk.full_time(var('as_of')) }}'
    {%- else -%}
    timestamp '{{ run_started_at.strftime('%Y-%m-%d') }} 00:00:00'
    {%- endif -%}
{%- endmacro %}

{# A time where it can be one: not more than a day after the row's upload, or after `as_of` where the row does not say when that was. #}
{% macro not_ahead(time, received_at='received_at') -%}
    case when {{ time }} <= {{ crosswalk.latest_time(received_at) }} then {{ time }} end
{%- endmacro %}

{# The latest time that an event of a row can have. #}
{% macro latest_time(received_at='received_at') -%}
    {{ crosswalk.add_days('coalesce(' ~ received_at ~ ', ' ~ crosswalk.as_of() ~ ')', 1) }}
{%- endmacro %}

{# A setting such as 2024-01-31 or 2024-01-31T13:00 as the text of a full timestamp. #}
{% macro full_time(setting) -%}
    {%- set text = setting | string | replace('T', ' ') -%}
    {{- text if text | length > 16 else text ~ ' 00:00:00'[text | length - 10:] -}}
{%- endmacro %}

{# Whether a time lies in the window of the variables: start_at <= time < end_at. #}
{% macro is_in_window(time) -%}
    {%- if not var('start_at') and not var('end_at') -%}
    true
    {%- else -%}
    {{ time ~ " >= timestamp '" ~ crosswalk.full_time(var('start_at')) ~ "'" if var('start_at') }}
    {{- ' and ' if var('start_at') and var('end_at') }}
    {{- time ~ " < timestamp '" ~ crosswalk.full_time(var('end_at')) ~ "'" if var('end_at') }}
    {%- endif -%}
{%- endmacro %}
