{# What stands behind a relation of landed lines, so that `landed_position` can number them file by file; empty where the engine needs no help. #}
{% macro landed_parts(relation) -%}
    {{- return(adapter.dispatch('landed_parts', 'crosswalk')(relation)) -}}
{%- endmacro %}

{% macro default__landed_parts(relation) %}{% endmacro %}

{% macro duckdb__landed_parts(relation) %}{% endmacro %}

{# How many lines stand in the files before: the window is over the files and not over their lines. Spark SQL reference, Window Functions. #}
{% macro spark__landed_parts(relation) -%}
    inner join (
        select
            file as part,
            sum(count(*)) over (order by file) - count(*) as rows_before
        from {{ relation }}
        group by file
    ) as landed_parts
        on {{ relation }}.file <=> landed_parts.part
{%- endmacro %}

{% macro databricks__landed_parts(relation) -%}
    {{- return(crosswalk.spark__landed_parts(relation)) -}}
{%- endmacro %}

{# Its window counts all lines by itself: see `landed_position`. #}
{% macro redshift__landed_parts(relation) %}{% endmacro %}
