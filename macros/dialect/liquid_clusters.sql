{# For a model's configuration on Databricks: the columns that its rows are stored together by; none elsewhere. See `clusters`. #}
{% macro liquid_clusters(columns) -%}
    {{- return(adapter.dispatch('liquid_clusters', 'crosswalk')(columns)) -}}
{%- endmacro %}

{% macro default__liquid_clusters(columns) -%}
    {{- return(none) -}}
{%- endmacro %}

{% macro duckdb__liquid_clusters(columns) -%}
    {{- return(none) -}}
{%- endmacro %}

{# Tables of the open Spark have no clusters; its buckets are another thing. #}
{% macro spark__liquid_clusters(columns) -%}
    {{- return(none) -}}
{%- endmacro %}

{# Databricks documentation, Use liquid clustering for tables: in place of partitions, up to four of the first 32 columns. #}
{% macro databricks__liquid_clusters(columns) -%}
    {{- return(columns) -}}
{%- endmacro %}

{# See `day_partitions`. #}
{% macro redshift__liquid_clusters(columns) -%}
    {{- return(none) -}}
{%- endmacro %}
