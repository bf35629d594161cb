{# The table that says with which settings each kept model was built. #}
{% macro build_marks_table() %}
    {{ return(api.Relation.create(database=target.get('database'), schema=target.schema, identifier='crosswalk_builds')) }}
{% endmacro %}

{# What every row depends on, as {name: value}: the settings but those that only say which rows are read, the seeds, the models, and which key hashes. #}
{% macro build_settings() %}
    {%- set found = {} -%}
    {%- for name in crosswalk.settings() if name not in crosswalk.settings_of_rows() -%}
        {%- do found.update({"the variable '" ~ name ~ "'": tojson(var(name, none))}) -%}
    {%- endfor -%}
    {%- for node in graph.nodes.values() if node.package_name == 'crosswalk' and node.resource_type in ('seed', 'model') -%}
        {%- do found.update({"the " ~ node.resource_type ~ " '" ~ node.name ~ "'": node.checksum.checksum[:16]}) -%}
    {%- endfor -%}
    {%- for name in [var('crosswalk_properties_custom'), var('crosswalk_events_custom')] -%}
        {%- for node in graph.nodes.values() if node.name == name and node.resource_type == 'seed' -%}
            {%- do found.update({"the seed '" ~ name ~ "'": node.checksum.checksum[:16]}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if execute and var('hash_properties') -%}{%- do found.update({'the key of the hash': crosswalk.hash_key_mark()}) -%}{%- endif -%}
    {{ return(found) }}
{% endmacro %}

{# The settings that an incremental build follows by itself: they say which rows there are, and that is worked out anew each time. #}
{% macro settings_of_rows() %}
    {{ return([
        'amplitude_files', 'amplitude_merged_users_files', 'heap_files', 'mixpanel_files', 'mixpanel_profile_files', 'posthog_files',
        'unreadable_files', 'start_at', 'end_at', 'as_of', 'lookback_days',
    ]) }}
{% endmacro %}

{# On run start, statements to run: stops where what was built before was built with other settings, since old rows and new ones would not fit together. In the other modes
   nothing is kept, and the marks go. #}
{% macro check_build() %}
    {%- if not execute or flags.WHICH not in ('run', 'build') -%}{{ return('') }}{%- endif -%}
    {%- set table = crosswalk.build_marks_table() -%}
    {%- set is_there = adapter.get_relation(database=table.database, schema=table.schema, identifier=table.identifier) -%}
    {%- if not crosswalk.keeps_rows() -%}
        {{ return('drop table ' ~ table if is_there else '') }}
    {%- endif -%}
    {#- an engine that has none says so -#}
    {%- do crosswalk.row_identity() -%}
    {%- if flags.FULL_REFRESH -%}{%- do crosswalk.check_full_refresh() -%}
    {%- else -%}{%- do crosswalk.check_marks(table if is_there else none) -%}
    {%- endif -%}
    {{ return(crosswalk.committed([
        crosswalk.table_made(table, ['model ' ~ dbt.type_string(), 'settings ' ~ dbt.type_string(), 'built_in ' ~ dbt.type_bigint()]),
        crosswalk.rows_kept(['model', 'built_in'], 'select model, max(built_in) as built_in from ' ~ table ~ ' group by model', table),
    ] + crosswalk.forget_changed_files())) }}
{% endmacro %}

{# Stops a full refresh that would make a kept model from nothing without the model that says what there is to make. #}
{% macro check_full_refresh() %}
    {%- set needs = {
        'hub_events': 'hub_event_versions', 'hub_users': 'hub_person_versions',
        'posthog_event_records': 'posthog_record_versions', 'mixpanel_event_records': 'mixpanel_record_versions',
    } -%}
    {%- set selected = selected_resources | join(' ') ~ ' ' -%}
    {%- for model, versions in needs.items() if '.' ~ model ~ ' ' in selected and '.' ~ versions ~ ' ' not in selected -%}
        {{ exceptions.raise_compiler_error(
            "With 'materialize: incremental' a full refresh of '" ~ model ~ "' needs what comes before it: leave --select out, or write --select +" ~ model ~ "."
        ) }}
    {%- endfor -%}
{% endmacro %}

{# The check itself: each kept model that is there has to carry the mark of these settings. #}
{% macro check_marks(table) %}
    {%- set marks = {} -%}
    {%- set rows = run_query('select model, settings from ' ~ table ~ ' order by built_in').rows if table else [] -%}
    {%- for row in rows -%}{%- do marks.update({row[0]: row[1]}) -%}{%- endfor -%}
    {%- set current = crosswalk.build_settings() -%}
    {%- set unmarked, changed = [], [] -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.package_name == 'crosswalk' and node.config.materialized == 'incremental' -%}
        {%- if crosswalk.built_before(node.name) -%}
            {%- set settings = fromjson(marks[node.name]) if node.name in marks else none -%}
            {%- if settings is none -%}{%- do unmarked.append(node.name) -%}
            {%- else -%}
                {%- for name in (settings.keys() | list + current.keys() | list) | unique(case_sensitive=true) if settings.get(name) != current.get(name) -%}{%- do changed.append(name) -%}{%- endfor -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if changed -%}
        {{ exceptions.raise_compiler_error(
            "What was built before was built with other settings: " ~ (changed | unique(case_sensitive=true) | list)[:5] | join(', ') ~ (' and more' if changed | unique(case_sensitive=true) | list | length > 5 else '')
            ~ " changed since. Old rows and new ones would not fit together: run the same command with --full-refresh, or take the change back."
        ) }}
    {%- elif unmarked -%}
        {{ exceptions.raise_compiler_error(
            "The table '" ~ unmarked[0] ~ "' was not built with 'materialize: incremental', so that nothing can be added to it. Run the same command with --full-refresh once."
        ) }}
    {%- endif -%}
{% endmacro %}

{# The post-hook that marks a kept model (`this`) as built with these settings. Rows are only added, since models are built side by side. #}
{% macro mark_built() -%}
    {%- if execute -%}
    insert into {{ crosswalk.build_marks_table() }} values (
        {{ crosswalk.literal(model.name) }}, {{ crosswalk.literal(tojson(crosswalk.build_settings())) }}, {{ (run_started_at.timestamp() * 1000) | int }}
    )
    {%- endif -%}
{%- endmacro %}
