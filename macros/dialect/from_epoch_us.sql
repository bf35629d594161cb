{# The timestamp, UTC without zone, of a number of microseconds since 1970. #}
{% macro from_epoch_us(microseconds) -%}
    {{- return(adapter.dispatch('from_epoch_us', 'crosswalk')(microseconds)) -}}
{%- endmacro %}

{% macro default__from_epoch_us(microseconds) %}{{ crosswalk.lacks_verb('from_epoch_us') }}{% endmacro %}

{% macro duckdb__from_epoch_us(microseconds) -%}
    make_timestamp({{ microseconds }})
{%- endmacro %}

{% macro postgres__from_epoch_us(microseconds) -%}
    {{ crosswalk.postgres__function('from_epoch_us') }}(({{ microseconds }})::bigint)
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: timestamp_micros. #}
{% macro spark__from_epoch_us(microseconds) -%}
    timestamp_micros({{ microseconds }})
{%- endmacro %}

{% macro databricks__from_epoch_us(microseconds) -%}
    {{- return(crosswalk.spark__from_epoch_us(microseconds)) -}}
{%- endmacro %}
