{# The tables of Amplitude's events on a warehouse, and what they call the keys of an export row where that is another name. `leave_out` are columns of the
   loader. Sources: Amplitude's Snowflake, BigQuery and Redshift export pages; Fivetran's and Airbyte's connector pages. #}
{% macro amplitude_shapes() %}
    {{ return({
        'vendor': {'events': '^events_', 'merged_users': '^merge_ids_', 'names': {'merge_event_time': 'merge_time'}, 'leave_out': '^$'},
        'fivetran': {
            'events': '^event$', 'merged_users': none, 'leave_out': '^_fivetran_',
            'names': {'_insert_id': '$insert_id', '_insert_key': '$insert_key', 'ad_id': 'adid', 'schema': '$schema', '_schema': '$schema', 'id': 'event_id'},
        },
        'airbyte': {
            'events': '^events$', 'merged_users': none, 'leave_out': '^_airbyte_|^_ab_',
            'names': {'_insert_id': '$insert_id', '_insert_key': '$insert_key', '_schema': '$schema'},
        },
    }) }}
{% endmacro %}

{# The tables themselves, found by their names in the schema of `amplitude_schema`: {'events': […], 'merged_users': […]} of relations. #}
{% macro amplitude_tables() %}
    {%- set shape = crosswalk.amplitude_shapes()[var('amplitude_shape')] -%}
    {%- set schema = var('amplitude_schema') or target.schema -%}
    {%- set found = {'events': [], 'merged_users': []} -%}
    {%- if execute -%}
        {%- set rows = run_query(crosswalk.tables_of(schema)).rows -%}
        {%- for kind in found -%}
            {%- for row in rows if shape[kind] and modules.re.search(shape[kind], row[1] | lower) -%}
                {%- do found[kind].append(api.Relation.create(database=target.get('database'), schema=row[0], identifier=row[1])) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- if not found['events'] -%}
            {{ exceptions.raise_compiler_error(
                "The source 'amplitude' is selected but the schema '" ~ schema ~ "' has no table of the shape '" ~ var('amplitude_shape') ~ "' (a name like "
                ~ shape['events'] ~ "). Set 'amplitude_schema' and 'amplitude_shape' in dbt_project.yml."
            ) }}
        {%- endif -%}
    {%- endif -%}
    {{ return(found) }}
{% endmacro %}

{# The columns of such a table as [key of an export row, column, type]. #}
{% macro amplitude_table_columns(relation) %}
    {%- set shape = crosswalk.amplitude_shapes()[var('amplitude_shape')] -%}
    {%- set found = [] -%}
    {%- for column in adapter.get_columns_in_relation(relation) if not modules.re.search(shape['leave_out'], column.name | lower) -%}
        {%- set name = column.name | lower -%}
        {%- do found.append([shape['names'].get(name, name), column.quoted, crosswalk.column_type(column)]) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}

{# The documented columns of a source's events that no table of them has, as a sorted list; empty where files or the lines of an export are read. #}
{% macro missing_columns(source) %}
    {%- set missing, there = [], [] -%}
    {%- if execute and crosswalk.reads_tables(source) and not crosswalk.reads_files() -%}
        {%- if source == 'amplitude' -%}
            {%- for relation in crosswalk.amplitude_tables()['events'] -%}{%- do there.extend(crosswalk.amplitude_table_columns(relation) | map('first')) -%}{%- endfor -%}
            {%- do missing.extend((crosswalk.amplitude_spine() + crosswalk.amplitude_columns()) | reject('in', there) | sort) -%}
        {%- elif source == 'heap' -%}
            {%- for relation in crosswalk.heap_tables() if relation.identifier | lower not in ('users', 'user_migrations', 'accounts') -%}
                {%- do there.extend(adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower')) -%}
            {%- endfor -%}
            {%- do missing.extend((['user_id', 'event_id', 'time'] + crosswalk.heap_columns()) | reject('in', there) | sort) -%}
        {%- elif source == 'mixpanel' -%}
            {%- for column in adapter.get_columns_in_relation(crosswalk.mixpanel_tables()['events']) -%}
                {%- do there.append(crosswalk.mixpanel_pipeline_columns().get(column.name | lower)) -%}
            {%- endfor -%}
            {%- do missing.extend(['device_id', 'distinct_id', 'event_name', 'insert_id', 'time', 'user_id'] | reject('in', there) | list) -%}
        {%- endif -%}
    {%- endif -%}
    {{ return(missing) }}
{% endmacro %}

{# A subquery (file, line_number, line, read_error) that gives each row of these tables as the line of an export: `file` is the table and the day of the upload, so
   that an incremental build reads the days that are new or different. #}
{% macro amplitude_table_lines() -%}
    {%- set tables = crosswalk.amplitude_tables() -%}
    {%- set objects = ['event_properties', 'user_properties', 'groups', 'group_properties', 'data', 'plan', 'global_user_properties'] -%}
    (
        select
            file,
            row_number() over (partition by file order by {{ crosswalk.by_bytes('line') }}) as line_number,
            line,
            cast(null as {{ dbt.type_string() }}) as read_error
        from (
            {%- for relation in tables['events'] + tables['merged_users'] %}
            {%- set pairs, days = [], [] %}
            {%- for key, column, type in crosswalk.amplitude_table_columns(relation) %}
                {%- set value = crosswalk.column_as_json(column, type) %}
                {%- set text = crosswalk.column_as_text(column, type) %}
                {#- an object may stand in a column of texts -#}
                {%- if key in objects %}{% set value = 'case when ' ~ crosswalk.json_is_strict_object(text) ~ ' then ' ~ text ~ ' else ' ~ value ~ ' end' %}{% endif %}
                {%- do pairs.append([crosswalk.json_name(key), value]) %}
                {%- if key in ('server_upload_time', 'merge_server_time') %}{% do days.append('substr(' ~ crosswalk.column_as_json(column, type) ~ ', 2, 10)') %}{% endif %}
            {%- endfor %}
            select
                {{ crosswalk.literal(relation.schema ~ '.' ~ relation.identifier) }} || coalesce(' ' || {{ days[0] if days else 'null' }}, '') as file,
                {{ crosswalk.json_build(pairs) | indent(16) }} as line
            from {{ relation }}
            {{ 'union all' if not loop.last }}
            {%- endfor %}
        ) as table_rows
    ) as raw_lines
{%- endmacro %}
