{# Whether a source is read from the tables that its vendor keeps in a warehouse, by the variable `<source>_shape`. #}
{% macro reads_tables(source) %}
    {{ return(var(source ~ '_shape', 'raw') != 'raw') }}
{% endmacro %}

{# Whether any selected source is. #}
{% macro reads_any_tables() %}
    {%- set found = [] -%}
    {%- for source in var('sources', ['amplitude']) if crosswalk.reads_tables(source) -%}{%- do found.append(source) -%}{%- endfor -%}
    {{ return(found | length > 0) }}
{% endmacro %}

{# The relations of the schema that the variable `<source>_schema` names, in the order of their names. The target's own schema holds the models, so it is none. #}
{% macro schema_relations(source) %}
    {%- set schema = var(source ~ '_schema') or target.schema -%}
    {%- if schema | lower == target.schema | lower -%}
        {{ exceptions.raise_compiler_error(
            "The source '" ~ source ~ "' has the shape '" ~ var(source ~ '_shape') ~ "' but '" ~ source ~ "_schema' names no schema of its own. Set it in dbt_project.yml to the schema of "
            ~ source | capitalize ~ "'s tables, which is not that of the target."
        ) }}
    {%- endif -%}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- set rows = run_query(crosswalk.tables_of(schema)).rows -%}
        {%- for row in rows -%}{%- do found.append(api.Relation.create(database=target.get('database'), schema=row[0], identifier=row[1])) -%}{%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{% endmacro %}

{# Stops where a schema has no table of a source. #}
{% macro check_source_tables(source, relations, example) %}
    {%- if execute and not relations -%}
        {{ exceptions.raise_compiler_error(
            "The source '" ~ source ~ "' is selected but the schema '" ~ (var(source ~ '_schema') or target.schema) ~ "' has no table of the shape '" ~ var(source ~ '_shape')
            ~ "' (such as " ~ example ~ "). Set '" ~ source ~ "_schema' and '" ~ source ~ "_shape' in dbt_project.yml."
        ) }}
    {%- endif -%}
{% endmacro %}

{# Queries of rows (file, line) as the subquery that a table of raw lines is. #}
{% macro lines_of_tables(queries) -%}
    (
        select
            file,
            row_number() over (partition by file order by {{ crosswalk.by_bytes('line') }}) as line_number,
            line,
            cast(null as {{ dbt.type_string() }}) as read_error
        from (
            {#- no table is known while dbt only reads the project -#}
            {{ queries | join('\nunion all\n') | indent(12) if queries else "select cast(null as " ~ dbt.type_string() ~ ") as file, cast(null as " ~ dbt.type_string() ~ ") as line" }}
        ) as table_rows
    ) as raw_lines
{%- endmacro %}

{# The engine's name of the type of a column; of one with parts or many values, as BigQuery has them, the whole of it. #}
{% macro column_type(column) %}
    {{ return(column.data_type if column.fields or column.mode == 'REPEATED' else column.dtype) }}
{% endmacro %}

{# A column of a table as JSON text, null where it holds none; of a time only the digits that it has, as engines write it into files. #}
{% macro table_value(column) -%}
    {%- set value = crosswalk.column_as_json(column.quoted, crosswalk.column_type(column)) -%}
    {%- if 'timestamp' in column.dtype | lower or 'datetime' in column.dtype | lower -%}
    '"' || {{ crosswalk.extracted(value, '^"([^.]*(?:[.][0-9]*[1-9])?)[.]?0*"$') }} || '"'
    {%- else -%}
    nullif({{ value }}, 'null')
    {%- endif -%}
{%- endmacro %}

{# The day of a time column of a table as text, null where the row has no time. #}
{% macro day_of_column(column) -%}
    substr(replace({{ crosswalk.column_as_json(column.quoted, crosswalk.column_type(column)) }}, '"', ''), 1, 10)
{%- endmacro %}

{# The names that the rows of these tables have as `file`, as a query that reads nothing but times. #}
{% macro files_of_tables(queries) -%}
    select distinct file from ({{ queries | join(' union all ') if queries else "select cast(null as " ~ dbt.type_string() ~ ") as file" }}) as table_files
{%- endmacro %}

{# Heap's tables: all of its schema but its bookkeeping, and of a view and the raw table behind it the view, which has each row once. Heap, "Data schema". #}
{% macro heap_tables() %}
    {%- set relations = crosswalk.schema_relations('heap') -%}
    {%- set names = relations | map(attribute='identifier') | map('lower') | list -%}
    {%- set found = [] -%}
    {%- for relation in relations -%}
        {%- set name = relation.identifier | lower -%}
        {%- if not name.startswith('_') and not (name.endswith('_raw') and name[:-4] in names) -%}{%- do found.append(relation) -%}{%- endif -%}
    {%- endfor -%}
    {%- do crosswalk.check_source_tables('heap', found, 'pageviews') -%}
    {{ return(found) }}
{% endmacro %}

{# A subquery (file, line_number, line, read_error) of the rows of Heap's tables as those of Parquet files, which have typed columns too: `file` is
   `schema/day/table.parquet`, so that the table is told as it is of files. `only_files` gives a query of their names instead. #}
{% macro heap_table_lines(only_files=false) -%}
    {%- set queries = [] -%}
    {%- for relation in crosswalk.heap_tables() -%}
        {%- set columns = adapter.get_columns_in_relation(relation) -%}
        {%- set keys = crosswalk.column_keys(columns | map(attribute='name') | list) -%}
        {%- set pairs, days = [], [] -%}
        {%- for column in columns -%}
            {%- do pairs.append([crosswalk.json_name(keys[loop.index0]), crosswalk.table_value(column)]) -%}
            {%- if keys[loop.index0] == 'time' -%}{%- do days.append(crosswalk.day_of_column(column)) -%}{%- endif -%}
        {%- endfor -%}
        {%- set folder = crosswalk.literal(relation.schema ~ '/') -%}
        {%- set day = " || coalesce(" ~ days[0] ~ " || '/', '')" if days else '' -%}
        {%- set line = '' if only_files else ', ' ~ crosswalk.json_build(pairs) ~ ' as line' -%}
        {%- do queries.append('select ' ~ folder ~ day ~ ' || ' ~ crosswalk.literal(relation.identifier ~ '.parquet') ~ ' as file' ~ line ~ '\nfrom ' ~ relation) -%}
    {%- endfor -%}
    {{- crosswalk.files_of_tables(queries) if only_files else crosswalk.lines_of_tables(queries) -}}
{%- endmacro %}

{# The tables of Mixpanel's pipelines by what they hold; the view over a table where there is one. Mixpanel, "Data Pipelines". #}
{% macro mixpanel_tables() %}
    {%- set relations = crosswalk.schema_relations('mixpanel') -%}
    {%- set found = {} -%}
    {%- for kind, pattern in {'events': '^mp_master_event$', 'people': '^mp_people_data(_view)?$', 'mappings': '^mp_identity_mappings_data(_view)?$'}.items() -%}
        {#- the view's name sorts behind that of its table -#}
        {%- for relation in relations if modules.re.search(pattern, relation.identifier | lower) -%}{%- do found.update({kind: relation}) -%}{%- endfor -%}
    {%- endfor -%}
    {%- do crosswalk.check_source_tables('mixpanel', found.get('events'), 'mp_master_event') -%}
    {{ return(found) }}
{% endmacro %}

{# What stands beside the properties in a row of a pipeline's table, by the name of its column. #}
{% macro mixpanel_pipeline_columns() %}
    {{ return({
        'event_name': 'event_name', 'mp_event_name': 'event_name', 'distinct_id': 'distinct_id', 'mp_distinct_id': 'distinct_id', 'time': 'time',
        'insert_id': 'insert_id', 'mp_insert_id': 'insert_id', 'device_id': 'device_id', 'mp_device_id': 'device_id', 'user_id': 'user_id', 'mp_user_id': 'user_id',
        'resolved_distinct_id': 'resolved_distinct_id',
    }) }}
{% endmacro %}

{# The property that a column of a table with a column a property holds: `mp_` stands for `$`, but in names that have it at Mixpanel too. #}
{% macro mixpanel_property_of(column) %}
    {%- set own = ['mp_lib', 'mp_country_code', 'mp_keyword', 'mp_processing_time_ms', 'mp_sent_by_lib_version'] -%}
    {{ return('$' ~ column[3:] if column.startswith('mp_') and column not in own else column) }}
{% endmacro %}

{# A subquery (file, line_number, line, read_error) of the rows of these tables as the lines that a pipeline writes to files. `only_files` gives a query of the
   names of these instead. #}
{% macro mixpanel_table_lines(only_files=false) -%}
    {%- set queries = [] -%}
    {%- for kind, relation in crosswalk.mixpanel_tables().items() -%}
        {%- set pairs, own, objects, days, given = [], [], [], [], [] -%}
        {%- for column in adapter.get_columns_in_relation(relation) -%}
            {%- set name = column.name | lower -%}
            {%- set value = crosswalk.table_value(column) -%}
            {%- set key = crosswalk.mixpanel_pipeline_columns().get(name) -%}
            {%- if name in ('properties', 'mp_properties') -%}
                {%- set text = crosswalk.column_as_text(column.quoted, crosswalk.column_type(column)) -%}
                {%- do objects.append("case when " ~ crosswalk.json_is_strict_object(text) ~ " then " ~ text ~ " else " ~ value ~ " end") -%}
            {%- elif key and key not in given -%}
                {%- do pairs.append([crosswalk.json_name(key), value]) -%}{%- do given.append(key) -%}
                {%- if key == 'time' -%}{%- do days.append(crosswalk.day_of_column(column)) if 'timestamp' in column.dtype | lower or 'date' in column.dtype | lower -%}{%- endif -%}
            {%- elif not name.startswith('_') -%}
                {%- do own.append([crosswalk.json_name(crosswalk.mixpanel_property_of(name)), value]) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- set properties = objects[0] if objects and not own else (crosswalk.json_splice(["coalesce(" ~ objects[0] ~ ", '{}')", crosswalk.json_build(own)]) if objects else (crosswalk.json_build(own) if own else none)) -%}
        {%- if properties -%}{%- do pairs.append([crosswalk.json_name('properties'), properties]) -%}{%- endif -%}
        {%- set day = " || coalesce(' ' || " ~ days[0] ~ ", '')" if days else '' -%}
        {%- set line = '' if only_files else ', ' ~ crosswalk.json_build(pairs) ~ ' as line' -%}
        {%- do queries.append('select ' ~ crosswalk.literal(relation.schema ~ '.' ~ relation.identifier) ~ day ~ ' as file' ~ line ~ '\nfrom ' ~ relation) -%}
    {%- endfor -%}
    {{- crosswalk.files_of_tables(queries) if only_files else crosswalk.lines_of_tables(queries) -}}
{%- endmacro %}
