{# For Jinja: whether the engine reads the raw files itself. Else their lines stand in a table, see `raw_table`. #}
{% macro reads_files() -%}
    {{- return(adapter.dispatch('reads_files', 'crosswalk')()) -}}
{%- endmacro %}

{% macro default__reads_files() -%}
    {{- return(false) -}}
{%- endmacro %}

{# Unless a source stands in tables of its vendor: then the lines of the others stand in tables too. #}
{% macro duckdb__reads_files() -%}
    {{- return(not crosswalk.reads_any_tables()) -}}
{%- endmacro %}

{% macro postgres__reads_files() -%}
    {{- return(false) -}}
{%- endmacro %}

{% macro spark__reads_files() -%}
    {{- return(false) -}}
{%- endmacro %}

{% macro databricks__reads_files() -%}
    {{- return(crosswalk.spark__reads_files()) -}}
{%- endmacro %}

{% macro snowflake__reads_files() -%}
    {{- return(false) -}}
{%- endmacro %}

{% macro redshift__reads_files() -%}
    {{- return(false) -}}
{%- endmacro %}

{% macro bigquery__reads_files() -%}
    {{- return(false) -}}
{%- endmacro %}
