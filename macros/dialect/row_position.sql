{# A number that grows with the order in which a landed table was written. #}
{% macro row_position() -%}
    {{- return(adapter.dispatch('row_position', 'crosswalk')()) -}}
{%- endmacro %}

{% macro default__row_position() %}{{ crosswalk.lacks_verb('row_position') }}{% endmacro %}

{% macro duckdb__row_position() -%}
    rowid
{%- endmacro %}

{% macro postgres__row_position() -%}
    landed_position
{%- endmacro %}

{% macro spark__row_position() -%}
    landed_position
{%- endmacro %}

{% macro databricks__row_position() -%}
    {{- return(crosswalk.spark__row_position()) -}}
{%- endmacro %}

{% macro snowflake__row_position() -%}
    landed_position
{%- endmacro %}

{% macro redshift__row_position() -%}
    landed_position
{%- endmacro %}

{% macro bigquery__row_position() -%}
    landed_position
{%- endmacro %}
