{# Statements for a hook at run start, as `one_by_one` gives them, with what makes them last where the adapter would roll them back behind the hook. #}
{% macro committed(statements) -%}
    {{- return(adapter.dispatch('committed', 'crosswalk')(statements)) -}}
{%- endmacro %}

{% macro default__committed(statements) %}{{ crosswalk.lacks_verb('committed') }}{% endmacro %}

{# A look at the catalog began a transaction, which dbt rolls back behind the hook. #}
{% macro duckdb__committed(statements) -%}
    {%- if execute -%}{%- do adapter.commit() -%}{%- endif -%}
    {{- return(crosswalk.one_by_one(statements)) -}}
{%- endmacro %}

{% macro postgres__committed(statements) -%}
    {{- return(crosswalk.one_by_one(statements)) -}}
{%- endmacro %}

{% macro spark__committed(statements) -%}
    {{- return(crosswalk.one_by_one(statements)) -}}
{%- endmacro %}

{% macro databricks__committed(statements) -%}
    {{- return(crosswalk.one_by_one(statements)) -}}
{%- endmacro %}

{% macro snowflake__committed(statements) -%}
    {{- return(crosswalk.one_by_one(statements)) -}}
{%- endmacro %}

{% macro bigquery__committed(statements) -%}
    {{- return(crosswalk.one_by_one(statements)) -}}
{%- endmacro %}

{# dbt-redshift rolls back behind a hook what a look at the catalog had begun before it. #}
{% macro redshift__committed(statements) -%}
    {{- return(crosswalk.one_by_one(statements + ['commit'])) -}}
{%- endmacro %}
