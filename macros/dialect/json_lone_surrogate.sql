{# Whether a line of JSON holds half of a surrogate pair: no text that any warehouse or vendor could store. #}
{% macro json_lone_surrogate(text) -%}
    {{- return(adapter.dispatch('json_lone_surrogate', 'crosswalk')(text)) -}}
{%- endmacro %}

{% macro default__json_lone_surrogate(text) %}{{ crosswalk.lacks_verb('json_lone_surrogate') }}{% endmacro %}

{% macro duckdb__json_lone_surrogate(text) -%}
    case
        when contains({{ text }}, '\ud') or contains({{ text }}, '\uD')
            then regexp_matches(
                regexp_replace(
                    replace({{ text }}, '\\', '\u005c'),
                    '\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}', '', 'g'
                ),
                '\\u[dD][89a-fA-F][0-9a-fA-F]{2}'
            )
        else false
    end
{%- endmacro %}

{% macro postgres__json_lone_surrogate(text) -%}
    {{ crosswalk.postgres__function('json_lone_surrogate') }}({{ text }})
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: regexp_replace, rlike; Literals: a raw string. #}
{% macro spark__json_lone_surrogate(text) -%}
    case
        when contains({{ text }}, r'\ud') or contains({{ text }}, r'\uD')
            then regexp_replace(
                replace({{ text }}, r'\\', r'\u005c'), r'\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}', ''
            ) rlike r'\\u[dD][89a-fA-F][0-9a-fA-F]{2}'
        else false
    end
{%- endmacro %}

{% macro databricks__json_lone_surrogate(text) -%}
    {{- return(crosswalk.spark__json_lone_surrogate(text)) -}}
{%- endmacro %}

{% macro snowflake__json_lone_surrogate(text) -%}
    {{ crosswalk.python__call('flag', 'json_lone_surrogate', [text]) }}
{%- endmacro %}

{% macro redshift__json_lone_surrogate(text) -%}
    {{ crosswalk.python__call('flag', 'json_lone_surrogate', [text]) }}
{%- endmacro %}

{% macro bigquery__json_lone_surrogate(text) -%}
    {{ crosswalk.python__call('flag', 'json_lone_surrogate', [text]) }}
{%- endmacro %}
