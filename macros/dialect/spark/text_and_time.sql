{# A regular expression of the part that all engines share, as Java reads it: `.` is all but a line feed, and `$` is the end of the text and not a line
   feed before it. java.util.regex.Pattern, UNIX_LINES and \z. #}
{% macro spark__expression(pattern) -%}
    {{- crosswalk.spark__pattern('(?d)' ~ modules.re.sub('(?<!\\\\)[$](?=$|[|)])', '\\\\z', pattern)) -}}
{%- endmacro %}

{# The verb parse_time: the text is brought into the one form that a cast takes, and what has another form is no time. Spark SQL reference, Data Types: TIMESTAMP;
   Built-in Functions: try_cast, timestamp_micros. #}
{% macro spark__read_time(text) -%}
    {%- set date = '^\\s*+([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})' -%}
    {%- set clock = '(?:T\\s*+|\\s++)([0-9]{1,2}:[0-9]{1,2}(?::[0-9]{1,2}(?:[.][0-9]*+)?)?)' -%}
    {%- set dashed = "regexp_replace(time_text, '^([0-9]{4}):([0-9]{2}):([0-9]{2})', '$1-$2-$3')" -%}
    {{- crosswalk.spark__let('time_text', text, "case
        when time_text rlike r'^[0-9]{12,13}\\z' then timestamp_millis(cast(time_text as bigint))
        when time_text rlike r'^[0-9]{15,16}\\z' then timestamp_micros(cast(time_text as bigint))
        when length(time_text) > 16 and time_text rlike r'[0-9]\\s*+[-+][0-9]{2}(?::?[0-9]{2})?\\s*\\z'
            then case
                when time_text rlike " ~ crosswalk.spark__pattern(date ~ clock ~ '\\s*+[-+][0-9]{2}(?::?[0-9]{2})?\\s*\\z') ~ "
                    then try_cast(regexp_replace(time_text, " ~ crosswalk.spark__pattern(date ~ clock ~ '\\s*+([-+][0-9]{2}(?::?[0-9]{2})?)\\s*\\z') ~ ", '$1-$2-$3 $4$5') as timestamp)
            end
        when " ~ dashed ~ " rlike " ~ crosswalk.spark__pattern(date ~ clock ~ '(?:\\s++[A-Za-z].*+)?\\s*(?:UTC|GMT|Z|z)?\\s*\\z') ~ "
            then try_cast(regexp_replace(" ~ dashed ~ ", " ~ crosswalk.spark__pattern(date ~ clock ~ '.*+\\z') ~ ", '$1-$2-$3 $4') as timestamp)
        when " ~ dashed ~ " rlike " ~ crosswalk.spark__pattern(date ~ '\\s*(?:UTC|GMT|Z|z)?\\s*\\z') ~ "
            then try_cast(regexp_replace(" ~ dashed ~ ", " ~ crosswalk.spark__pattern(date ~ '.*+\\z') ~ ", '$1-$2-$3') as timestamp)
    end") -}}
{%- endmacro %}

{# What the session has to be, looked at on run start: times are UTC, and a wrong cast is an error and no null. Spark SQL reference, ANSI Compliance; Built-in
   Functions: current_timezone. #}
{% macro spark__check_session() -%}
    {%- if execute -%}
        {%- set zone = run_query('select current_timezone()').rows[0][0] -%}
        {%- if zone not in ('UTC', 'Etc/UTC', 'GMT', 'Z', '+00:00') -%}
            {{ exceptions.raise_compiler_error("The Spark session is in the time zone " ~ zone ~ ", and every time would be off: set spark.sql.session.timeZone to UTC in the target's server_side_parameters (profiles.example.yml shows it).") }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
