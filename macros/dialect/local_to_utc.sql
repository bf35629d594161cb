{# A local wall time, without zone, as UTC by the rules of a literal IANA zone on that day. A wall time that the autumn change repeats counts as the
   later of the two moments, by standard time; one that the spring change skips is moved over the gap. #}
{% macro local_to_utc(timestamp, zone) -%}
    {{- return(adapter.dispatch('local_to_utc', 'crosswalk')(timestamp, zone)) -}}
{%- endmacro %}

{% macro default__local_to_utc(timestamp, zone) %}{{ crosswalk.lacks_verb('local_to_utc') }}{% endmacro %}

{% macro duckdb__local_to_utc(timestamp, zone) -%}
    timezone('UTC', timezone({{ crosswalk.literal(zone) }}, {{ timestamp }}))
{%- endmacro %}

{# PostgreSQL manual, 9.9.4 AT TIME ZONE; B.1 Interpretation of ambiguous times. #}
{% macro postgres__local_to_utc(timestamp, zone) -%}
    (({{ timestamp }} at time zone {{ crosswalk.literal(zone) }}) at time zone 'UTC')
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: to_utc_timestamp, which takes the earlier of two moments: the later one goes by the rules three hours on. #}
{% macro spark__local_to_utc(timestamp, zone) -%}
    {%- set zone = crosswalk.literal(zone) -%}
    {{ crosswalk.spark__let('local', timestamp, crosswalk.spark__let(
        'later', 'timestampadd(microsecond, unix_micros(to_utc_timestamp(timestampadd(hour, 3, local), ' ~ zone ~ ')) - unix_micros(timestampadd(hour, 3, local)), local)',
        'case when from_utc_timestamp(later, ' ~ zone ~ ') = local then later else to_utc_timestamp(local, ' ~ zone ~ ') end'
    )) }}
{%- endmacro %}

{% macro databricks__local_to_utc(timestamp, zone) -%}
    {{- return(crosswalk.spark__local_to_utc(timestamp, zone)) -}}
{%- endmacro %}

{# Snowflake Documentation, CONVERT_TIMEZONE. #}
{% macro snowflake__local_to_utc(timestamp, zone) -%}
    convert_timezone({{ crosswalk.literal(zone) }}, 'UTC', {{ timestamp }})
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, CONVERT_TIMEZONE. #}
{% macro redshift__local_to_utc(timestamp, zone) -%}
    convert_timezone({{ crosswalk.literal(zone) }}, 'UTC', {{ timestamp }})
{%- endmacro %}

{# GoogleSQL reference, Timestamp functions: TIMESTAMP, which takes the earlier of two moments: the later one goes by the rules three hours on. #}
{% macro bigquery__local_to_utc(timestamp, zone) -%}
    {%- set later = 'timestamp_sub(timestamp(datetime_add(datetime(' ~ timestamp ~ '), interval 3 hour), ' ~ crosswalk.literal(zone) ~ '), interval 3 hour)' -%}
    case
        when datetime({{ later }}, {{ crosswalk.literal(zone) }}) = datetime({{ timestamp }}) then {{ later }}
        else timestamp(datetime({{ timestamp }}), {{ crosswalk.literal(zone) }})
    end
{%- endmacro %}
