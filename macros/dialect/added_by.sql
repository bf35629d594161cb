{# For a model's configuration: dbt's name, on the adapter, for adding rows to a table without looking for them in it. #}
{% macro added_by() -%}
    {{- return(adapter.dispatch('added_by', 'crosswalk')()) -}}
{%- endmacro %}

{% macro default__added_by() -%}
    {{- return('append') -}}
{%- endmacro %}

{% macro duckdb__added_by() -%}
    {{- return('append') -}}
{%- endmacro %}

{# dbt-bigquery has no append. Its merge without a unique key says `on (FALSE)`, and so does nothing but insert. #}
{% macro bigquery__added_by() -%}
    {{- return('merge') -}}
{%- endmacro %}

{# dbt-redshift has append. #}
{% macro redshift__added_by() -%}
    {{- return('append') -}}
{%- endmacro %}
