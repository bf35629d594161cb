{# Macros of dbt's adapters in whose place the project has its own. dbt looks for them in the root project first; where Crosswalk is used as a package, say so
   in its dbt_project.yml: `dispatch: [{macro_namespace: dbt, search_order: [your_project, crosswalk, dbt]}]`. #}

{# A text without a length has 256 bytes in a table of Redshift, and longer ones are cut by a cast. Amazon Redshift Database Developer Guide, Character types. #}
{% macro redshift__type_string() -%}
    {{- return('varchar(65535)') -}}
{%- endmacro %}

{# A type of our contracts and seeds as Redshift is to have it. #}
{% macro redshift__wide_type(type) -%}
    {{- return('varchar(65535)' if type | lower in ('string', 'text', 'varchar', 'character varying') else type) -}}
{%- endmacro %}

{% macro redshift__wide_columns(columns) -%}
    {%- set wide = {} -%}
    {%- for name, column in columns.items() -%}{%- do wide.update({name: dict(column, data_type=crosswalk.redshift__wide_type(column['data_type']), quote=(crosswalk.column(column['name']) | string).startswith('"'))}) -%}{%- endfor -%}
    {{- return(wide) -}}
{%- endmacro %}

{# The columns of a table under a contract. #}
{% macro redshift__get_table_columns_and_constraints() -%}
    (
        {%- for column in adapter.render_raw_columns_constraints(raw_columns=crosswalk.redshift__wide_columns(model['columns'])) %}
        {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{# The table of a seed. #}
{% macro redshift__create_csv_table(model, agate_table) -%}
    {%- set wide = {} -%}
    {%- for name, type in (model['config'].get('column_types') or {}).items() -%}{%- do wide.update({name: crosswalk.redshift__wide_type(type)}) -%}{%- endfor -%}
    {%- do model['config'].update({'column_types': wide}) -%}
    {{- return(default__create_csv_table(model, agate_table)) -}}
{%- endmacro %}

{# The query that a contract's types are read from. #}
{% macro redshift__get_empty_schema_sql(columns) -%}
    {{- return(default__get_empty_schema_sql(crosswalk.redshift__wide_columns(columns))) -}}
{%- endmacro %}

{# The same on Snowflake, for columns whose name is a word of its own. #}
{% macro snowflake__named_columns(columns) -%}
    {%- set named = {} -%}
    {%- for name, column in columns.items() -%}
        {%- set written = crosswalk.column(column['name']) | string -%}
        {%- do named.update({name: dict(column, name=written[1:-1], quote=true) if written.startswith('"') else column}) -%}
    {%- endfor -%}
    {{- return(named) -}}
{%- endmacro %}

{% macro snowflake__get_table_columns_and_constraints() -%}
    (
        {%- for column in adapter.render_raw_columns_constraints(raw_columns=crosswalk.snowflake__named_columns(model['columns'])) %}
        {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{% macro snowflake__get_empty_schema_sql(columns) -%}
    {{- return(default__get_empty_schema_sql(crosswalk.snowflake__named_columns(columns))) -}}
{%- endmacro %}

{# The types of our contracts and seeds as GoogleSQL calls them, and the names that are words of its own. GoogleSQL reference, Data types; Lexical structure. #}
{% macro bigquery__typed_columns(columns) -%}
    {%- set types = {'varchar': 'string', 'double precision': 'float64', 'float': 'float64', 'integer': 'int64', 'bigint': 'int64', 'boolean': 'bool'} -%}
    {%- set typed = {} -%}
    {%- for name, column in columns.items() -%}
        {%- set type = column['data_type'] | string | lower -%}
        {%- do typed.update({name: dict(column, data_type=types.get(type, type), quote=(crosswalk.column(column['name']) | string).startswith('`'))}) -%}
    {%- endfor -%}
    {{- return(typed) -}}
{%- endmacro %}

{# The columns of a table under a contract. #}
{% macro bigquery__get_table_columns_and_constraints() -%}
    (
        {%- for column in adapter.render_raw_columns_constraints(raw_columns=crosswalk.bigquery__typed_columns(model['columns'])) %}
        {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{# The same columns, as the table is filled. #}
{% macro bigquery__get_column_names() -%}
    {%- for name, column in crosswalk.bigquery__typed_columns(model['columns']).items() -%}
    {{ adapter.quote(column['name']) if column['quote'] else column['name'] }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# The query that a contract's types are read from. #}
{% macro bigquery__get_empty_schema_sql(columns) -%}
    {{- return(default__get_empty_schema_sql(crosswalk.bigquery__typed_columns(columns))) -}}
{%- endmacro %}

{# A seed, loaded as a file, with the types of our seeds. BigQuery documentation, Loading CSV data. #}
{% macro bigquery__load_csv_rows(model, agate_table) -%}
    {%- set types = {} -%}
    {%- for name, type in model['config'].get('column_types', {}).items() -%}{%- do types.update({name: 'string' if type == 'varchar' else type}) -%}{%- endfor -%}
    {%- do adapter.load_dataframe(model['database'], model['schema'], model['alias'], agate_table, types, model['config']['delimiter']) -%}
{%- endmacro %}

{# GoogleSQL reference, Data types: BIGINT is another name for INT64 in BigQuery only. #}
{% macro bigquery__type_bigint() -%}
    {{- return('int64') -}}
{%- endmacro %}
