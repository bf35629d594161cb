{# For a model's configuration on Databricks: the columns that its rows are stored together by; none elsewhere. See `clusters`. `last_place` is the place of the
   last of them in the table. #}
{% macro liquid_clusters(columns, last_place=1) -%}
    {{- return(adapter.dispatch('liquid_clusters', 'crosswalk')(columns, last_place)) -}}
{%- endmacro %}

{% macro default__liquid_clusters(columns, last_place=1) -%}
    {{- return(none) -}}
{%- endmacro %}

{% macro duckdb__liquid_clusters(columns, last_place=1) -%}
    {{- return(none) -}}
{%- endmacro %}

{# Tables of the open Spark have no clusters; its buckets are another thing. #}
{% macro spark__liquid_clusters(columns, last_place=1) -%}
    {{- return(none) -}}
{%- endmacro %}

{# Databricks documentation, Use liquid clustering for tables: in place of partitions, up to four of the first 32 columns, which alone have statistics. #}
{% macro databricks__liquid_clusters(columns, last_place=1) -%}
    {{- return(columns if last_place <= 32 else none) -}}
{%- endmacro %}

{# See `day_partitions`. #}
{% macro redshift__liquid_clusters(columns, last_place=1) -%}
    {{- return(none) -}}
{%- endmacro %}
