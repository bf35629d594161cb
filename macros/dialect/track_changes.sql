{# The statement after which the engine keeps which rows of the table (`this`) changed, for readers of changes; empty where it needs none. #}
{% macro track_changes() -%}
    {{- return(adapter.dispatch('track_changes', 'crosswalk')()) -}}
{%- endmacro %}

{% macro default__track_changes() %}{% endmacro %}

{# Snowflake Documentation, ALTER TABLE: CHANGE_TRACKING; nothing changes where it is on. #}
{% macro snowflake__track_changes() -%}
    alter table {{ this }} set change_tracking = true
{%- endmacro %}

{# Databricks documentation, Change data feed. #}
{% macro databricks__track_changes() -%}
    alter table {{ this }} set tblproperties (delta.enableChangeDataFeed = true)
{%- endmacro %}
