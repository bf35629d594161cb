{# The statement after which the engine keeps which rows of a table changed, for readers of changes; empty where it needs none. #}
{% macro track_changes(table) -%}
    {{- return(adapter.dispatch('track_changes', 'crosswalk')(table)) -}}
{%- endmacro %}

{% macro default__track_changes(table) %}{% endmacro %}

{% macro duckdb__track_changes(table) %}{% endmacro %}

{# Snowflake Documentation, ALTER TABLE: CHANGE_TRACKING; nothing changes where it is on. #}
{% macro snowflake__track_changes(table) -%}
    alter table {{ table }} set change_tracking = true
{%- endmacro %}

{# Delta Lake documentation, Change data feed; nothing changes where it is on. #}
{% macro spark__track_changes(table) -%}
    alter table {{ table }} set tblproperties ('delta.enableChangeDataFeed' = 'true')
{%- endmacro %}

{# Databricks documentation, Change data feed. #}
{% macro databricks__track_changes(table) -%}
    {{- return(crosswalk.spark__track_changes(table)) -}}
{%- endmacro %}

{# Mixpanel compares copies of the table there: nothing is needed. #}
{% macro redshift__track_changes(table) %}{% endmacro %}
