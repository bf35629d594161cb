{# A UTC timestamp as BigQuery's `cast(… as string)` writes it, which Mixpanel's Amplitude guide hashes: no fraction, three digits or six, then +00. #}
{% macro warehouse_time(timestamp) -%}
    {{- return(adapter.dispatch('warehouse_time', 'crosswalk')(timestamp)) -}}
{%- endmacro %}

{% macro default__warehouse_time(timestamp) %}{{ crosswalk.lacks_verb('warehouse_time') }}{% endmacro %}

{% macro duckdb__warehouse_time(timestamp) -%}
    case
        when microsecond({{ timestamp }}) % 1000000 = 0 then strftime({{ timestamp }}, '%Y-%m-%d %H:%M:%S+00')
        when microsecond({{ timestamp }}) % 1000 = 0 then strftime({{ timestamp }}, '%Y-%m-%d %H:%M:%S.%g+00')
        else strftime({{ timestamp }}, '%Y-%m-%d %H:%M:%S.%f+00')
    end
{%- endmacro %}
