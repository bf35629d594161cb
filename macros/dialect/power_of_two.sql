{# The least power of two, from 1, that is not below a number. #}
{% macro power_of_two(number) -%}
    {{- return(adapter.dispatch('power_of_two', 'crosswalk')(number)) -}}
{%- endmacro %}

{% macro default__power_of_two(number) %}{{ crosswalk.lacks_verb('power_of_two') }}{% endmacro %}

{% macro duckdb__power_of_two(number) -%}
    power(2, ceil(log2(greatest({{ number }}, 1))))
{%- endmacro %}

{# PostgreSQL manual, 9.3 Mathematical Functions and Operators: of numerics, so that the logarithm of 8 is 3. #}
{% macro postgres__power_of_two(number) -%}
    power(2, ceil(log(2, greatest({{ number }}, 1)::numeric)))
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: bin: of whole numbers, since a logarithm of doubles is off now and then. #}
{% macro spark__power_of_two(number) -%}
    shiftleft(cast(1 as bigint), length(ltrim('0', bin(cast(ceil(greatest({{ number }}, 1)) as bigint) - 1))))
{%- endmacro %}

{% macro databricks__power_of_two(number) -%}
    {{- return(crosswalk.spark__power_of_two(number)) -}}
{%- endmacro %}

{% macro snowflake__power_of_two(number) -%}
    case
        {%- for power in range(31) %}
        when {{ number }} <= {{ 2 ** power }} then {{ 2 ** power }}
        {%- endfor %}
        else {{ 2 ** 31 }}
    end
{%- endmacro %}

{% macro redshift__power_of_two(number) -%}
    case
        {%- for power in range(31) %}
        when {{ number }} <= {{ 2 ** power }} then {{ 2 ** power }}
        {%- endfor %}
        else {{ 2 ** 31 }}
    end
{%- endmacro %}

{% macro bigquery__power_of_two(number) -%}
    case
        {%- for power in range(31) %}
        when {{ number }} <= {{ 2 ** power }} then {{ 2 ** power }}
        {%- endfor %}
        else {{ 2 ** 31 }}
    end
{%- endmacro %}
