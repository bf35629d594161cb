{# For Jinja: whether the lines of a landed table keep their `row_position` where others are taken out of it. #}
{% macro positions_stay() -%}
    {{- return(adapter.dispatch('positions_stay', 'crosswalk')()) -}}
{%- endmacro %}

{% macro default__positions_stay() %}{{ crosswalk.lacks_verb('positions_stay') }}{% endmacro %}

{# A checkpoint moves rows of groups that have become small, and with them their rowid. #}
{% macro duckdb__positions_stay() -%}
    {{- return(false) -}}
{%- endmacro %}

{% macro postgres__positions_stay() -%}
    {{- return(true) -}}
{%- endmacro %}

{% macro spark__positions_stay() -%}
    {{- return(true) -}}
{%- endmacro %}

{% macro databricks__positions_stay() -%}
    {{- return(crosswalk.spark__positions_stay()) -}}
{%- endmacro %}

{% macro snowflake__positions_stay() -%}
    {{- return(true) -}}
{%- endmacro %}

{% macro redshift__positions_stay() -%}
    {{- return(true) -}}
{%- endmacro %}

{% macro bigquery__positions_stay() -%}
    {{- return(true) -}}
{%- endmacro %}
