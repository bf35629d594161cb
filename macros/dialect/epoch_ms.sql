{# Milliseconds since 1970, cut and not rounded. #}
{% macro epoch_ms(timestamp) -%}
    {{- return(adapter.dispatch('epoch_ms', 'crosswalk')(timestamp)) -}}
{%- endmacro %}

{% macro default__epoch_ms(timestamp) %}{{ crosswalk.lacks_verb('epoch_ms') }}{% endmacro %}

{% macro duckdb__epoch_ms(timestamp) -%}
    (epoch_us({{ timestamp }}) // 1000)
{%- endmacro %}

{# PostgreSQL manual, 9.9.1 EXTRACT: a numeric, so nothing is rounded. #}
{% macro postgres__epoch_ms(timestamp) -%}
    trunc(extract(epoch from {{ timestamp }}) * 1000)::bigint
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: unix_millis. #}
{% macro spark__epoch_ms(timestamp) -%}
    unix_millis({{ timestamp }})
{%- endmacro %}

{% macro databricks__epoch_ms(timestamp) -%}
    {{- return(crosswalk.spark__epoch_ms(timestamp)) -}}
{%- endmacro %}

{# Snowflake Documentation, DATE_PART: epoch_microsecond. #}
{% macro snowflake__epoch_ms(timestamp) -%}
    trunc(date_part(epoch_microsecond, {{ timestamp }}) / 1000)::bigint
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, EXTRACT: epoch, microsecond. #}
{% macro redshift__epoch_ms(timestamp) -%}
    (cast(extract(epoch from date_trunc('second', {{ timestamp }})) as bigint) * 1000 + cast(floor(mod(cast(extract(microsecond from {{ timestamp }}) as bigint), 1000000) / 1000) as bigint))
{%- endmacro %}

{# GoogleSQL reference, Timestamp functions: UNIX_MILLIS. #}
{% macro bigquery__epoch_ms(timestamp) -%}
    unix_millis({{ timestamp }})
{%- endmacro %}
