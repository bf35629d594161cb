{# The statements that make what an engine lacks, in the target's schema, on run start; empty where it lacks nothing. #}
{% macro helper_functions() -%}
    {{- return(adapter.dispatch('helper_functions', 'crosswalk')()) -}}
{%- endmacro %}

{% macro default__helper_functions() -%}
    
{%- endmacro %}

{% macro duckdb__helper_functions() -%}
    
{%- endmacro %}

{# PostgreSQL manual, 38.5 User-Defined Functions. #}
{% macro postgres__helper_functions() -%}
    {{- crosswalk.postgres__text_functions() ~ crosswalk.postgres__time_functions() ~ crosswalk.postgres__line_functions() -}}
    {{- crosswalk.postgres__object_functions() ~ crosswalk.postgres__merge_functions() ~ crosswalk.postgres__private_functions() -}}
{%- endmacro %}

{# Nothing is made, but the session is looked at. #}
{% macro spark__helper_functions() -%}
    {{- crosswalk.spark__check_session() -}}
{%- endmacro %}

{% macro databricks__helper_functions() -%}
    {{- return(crosswalk.spark__helper_functions()) -}}
{%- endmacro %}

{# Snowflake Documentation, CREATE FUNCTION. #}
{% macro snowflake__helper_functions() -%}
    {{- crosswalk.snowflake__check_session() ~ crosswalk.snowflake__python_functions() -}}
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, CREATE EXTERNAL FUNCTION. #}
{% macro redshift__helper_functions() -%}
    {{- crosswalk.redshift__python_functions() -}}
{%- endmacro %}

{# GoogleSQL reference, CREATE FUNCTION. #}
{% macro bigquery__helper_functions() -%}
    {{- crosswalk.bigquery__python_functions() -}}
{%- endmacro %}
