{# A timestamp in UTC without zone from any time text that an export was seen to hold: with or without fraction, `T` or a space, `Z`, `UTC` or an
   offset, colons in the date (an old Airbyte version), epoch milliseconds (pandas) or microseconds (Heap's dumps). Null where it is no time. Independent of the session's time zone.
   The first branch is Amplitude's own form, which nearly every row has. #}
{% macro parse_time(text) -%}
    {{- return(adapter.dispatch('parse_time', 'crosswalk')(text)) -}}
{%- endmacro %}

{% macro default__parse_time(text) %}{{ crosswalk.lacks_verb('parse_time') }}{% endmacro %}

{% macro duckdb__parse_time(text) -%}
    case
        when length({{ text }}) = 26 and {{ text }}[20] = '.' and {{ text }}[11] = ' ' and {{ text }}[5] = '-' and not regexp_matches({{ text }}[20:], '[^.0-9]')
            then try_cast({{ text }} as timestamp)
        when regexp_matches({{ text }}, '^\s*\d{4}[-:]\d{1,2}[-:]\d{1,2}')
            then case
                when regexp_matches({{ text }}, '\d\s*[+-]\d{2}(:?\d{2})?\s*$') and length({{ text }}) > 16
                    then timezone('UTC', try_cast(regexp_replace(trim({{ text }}), '\s+([+-])', '\1') as timestamptz))
                when {{ text }}[5] = ':'
                    then try_cast(regexp_replace({{ text }}, '^(\d{4}):(\d{2}):(\d{2})', '\1-\2-\3') as timestamp)
                else try_cast(regexp_replace({{ text }}, '\s*(UTC|GMT|Z|z)?\s*$', '') as timestamp)
            end
        when regexp_matches({{ text }}, '^\d{12,13}$') then make_timestamp(try_cast({{ text }} as bigint) * 1000)
        when regexp_matches({{ text }}, '^\d{15,16}$') then make_timestamp(try_cast({{ text }} as bigint))
    end
{%- endmacro %}

{% macro postgres__parse_time(text) -%}
    {{ crosswalk.postgres__function('parse_time') }}(({{ text }})::text)
{%- endmacro %}

{% macro spark__parse_time(text) -%}
    {{ crosswalk.spark__read_time(text) }}
{%- endmacro %}

{% macro databricks__parse_time(text) -%}
    {{- return(crosswalk.spark__parse_time(text)) -}}
{%- endmacro %}

{% macro snowflake__parse_time(text) -%}
    {{ crosswalk.from_epoch_us(crosswalk.python__call('count', 'time_us', [text])) }}
{%- endmacro %}

{% macro redshift__parse_time(text) -%}
    {{ crosswalk.from_epoch_us(crosswalk.python__call('count', 'time_us', [text])) }}
{%- endmacro %}

{% macro bigquery__parse_time(text) -%}
    {{ crosswalk.from_epoch_us(crosswalk.python__call('count', 'time_us', [text])) }}
{%- endmacro %}
