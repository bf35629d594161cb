{# A timestamp in UTC without zone from what Mixpanel writes as a time: seconds, whole or with a fraction, milliseconds (above 1e10), microseconds (above
   1e13), or the text of a time. Null where it is none. #}
{% macro mixpanel_time(text) -%}
    {%- set number = crosswalk.safe_number(text) -%}
    case
        when abs({{ number }}) >= 1e16 then null
        when abs({{ number }}) > 1e13 then {{ crosswalk.from_epoch_us("cast(round(" ~ number ~ ") as " ~ dbt.type_bigint() ~ ")") }}
        when abs({{ number }}) > 1e10 then {{ crosswalk.from_epoch_us("cast(round(" ~ number ~ " * 1e3) as " ~ dbt.type_bigint() ~ ")") }}
        when {{ number }} is not null then {{ crosswalk.from_epoch_us("cast(round(" ~ number ~ " * 1e6) as " ~ dbt.type_bigint() ~ ")") }}
        else {{ crosswalk.parse_time(text) | indent(8) }}
    end
{%- endmacro %}

{# The time of an event as UTC: the raw export of a project made before 2023 holds local wall time, the pipelines hold UTC, and a text that names its zone
   (`Z`, an offset) is what it says. #}
{% macro mixpanel_event_time(time, kind, text) -%}
    {%- if var('mixpanel_source_timezone') -%}
    case
        when {{ kind }} <> 'event' or {{ crosswalk.matches(text, ':[0-9]{2}([.][0-9]+)?[[:space:]]*(Z|z|UTC|GMT|[+-][0-9]{2}(:?[0-9]{2})?)[[:space:]]*$') }} then {{ time }}
        else {{ crosswalk.local_to_utc(time, var('mixpanel_source_timezone')) }}
    end
    {%- else -%}
    {{ time }}
    {%- endif -%}
{%- endmacro %}
