{# Macros of dbt and dbt-spark in whose place the project has its own. dbt looks for them in the root project first; where Crosswalk is used as a package, say so
   in its dbt_project.yml: `dispatch: [{macro_namespace: dbt, search_order: [your_project, crosswalk, dbt]}]`. #}

{# A type of our seeds and contracts as Spark calls it. #}
{% macro spark__type(type) -%}
    {{- {'varchar': 'string', 'double precision': 'double'}.get(type, type) -}}
{%- endmacro %}

{# The columns of a seed's table with their types. #}
{% macro spark__seed_columns(model, agate_table) %}
    {%- set column_types = model['config'].get('column_types', {}) -%}
    {%- set columns = [] -%}
    {%- for name in agate_table.column_names -%}
        {%- do columns.append(name ~ ' ' ~ crosswalk.spark__type(column_types.get(name, adapter.convert_type(agate_table, loop.index0)))) -%}
    {%- endfor -%}
    {{ return(columns) }}
{% endmacro %}

{# The table of a seed. #}
{% macro spark__create_csv_table(model, agate_table) %}
    {%- set sql -%}
    create table {{ this.render() }} ({{ crosswalk.spark__seed_columns(model, agate_table) | join(', ') }}) {{ file_format_clause() }} {{ location_clause() }}
    {%- endset -%}
    {%- call statement('_') -%}{{ sql }}{%- endcall -%}
    {{ return(sql) }}
{% endmacro %}

{# The rows of a seed: dbt-spark 1.11 puts values between quotes as they are, so that a quote ends the literal and a backslash is lost. #}
{% macro spark__load_csv_rows(model, agate_table) %}
    {%- set column_types = model['config'].get('column_types', {}) -%}
    {%- set statements = [] -%}
    {%- for chunk in agate_table.rows | batch(1000) -%}
        {%- set rows = [] -%}
        {%- for row in chunk -%}
            {%- set values = [] -%}
            {%- for name in agate_table.column_names -%}
                {%- set type = crosswalk.spark__type(column_types.get(name, adapter.convert_type(agate_table, loop.index0))) -%}
                {%- set value = row[loop.index0] -%}
                {%- do values.append('cast(' ~ ('null' if value is none else crosswalk.literal(value)) ~ ' as ' ~ type ~ ')') -%}
            {%- endfor -%}
            {%- do rows.append('(' ~ values | join(', ') ~ ')') -%}
        {%- endfor -%}
        {%- set sql = 'insert into ' ~ this.render() ~ ' values ' ~ rows | join(', ') -%}
        {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
        {%- do statements.append(sql) -%}
    {%- endfor -%}
    {{ return(statements[0] if statements else '') }}
{% endmacro %}

{# The query that a contract's types are read from: `double precision` is `double` on Spark. #}
{% macro spark__get_empty_schema_sql(columns) %}
    {%- set known = {} -%}
    {%- for name, column in columns.items() -%}
        {%- do known.update({name: dict(column, data_type=crosswalk.spark__type(column['data_type']))}) -%}
    {%- endfor -%}
    {{ return(default__get_empty_schema_sql(known)) }}
{% endmacro %}

{# A view is a table on Spark, unless the variable `materialize` says view: each reader of a view parses and plans it anew, down through all views below it, which
   takes longer than to build it once. #}
{% materialization view, adapter='spark' %}
    {%- if var('materialize') == 'view' -%}
        {{ return(create_or_replace_view()) }}
    {%- endif -%}
    {{ return(materialization_table_spark()) }}
{% endmaterialization %}

{# On Databricks the table of a seed replaces the one that is there. #}
{% macro databricks__create_csv_table(model, agate_table) %}
    {%- set sql = 'create or replace table ' ~ this.render() ~ ' (' ~ crosswalk.spark__seed_columns(model, agate_table) | join(', ') ~ ')' -%}
    {%- call statement('_') -%}{{ sql }}{%- endcall -%}
    {{ return(sql) }}
{% endmacro %}

{% macro databricks__reset_csv_table(model, full_refresh, old_relation, agate_table) %}
    {{ return(crosswalk.databricks__create_csv_table(model, agate_table)) }}
{% endmacro %}

{% macro databricks__load_csv_rows(model, agate_table) %}
    {{ return(crosswalk.spark__load_csv_rows(model, agate_table)) }}
{% endmacro %}

{% macro databricks__get_empty_schema_sql(columns) %}
    {{ return(crosswalk.spark__get_empty_schema_sql(columns)) }}
{% endmacro %}

{% materialization view, adapter='databricks' %}
    {%- if var('materialize') == 'view' -%}
        {{ return(dbt.materialization_view_databricks()) }}
    {%- endif -%}
    {{ return(dbt.materialization_table_databricks()) }}
{% endmaterialization %}
