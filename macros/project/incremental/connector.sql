{# Relations that Mixpanel's warehouse connector reads. With `materialize: incremental` they are tables that no build drops, `--full-refresh` neither: rows are
   added, changed and taken out where they stand, so that a change feed sees those alone (Mirror), and each row says in `inserted_at` which build added it
   (Append). Mixpanel, "Warehouse Connectors", Sync Modes. Event relations know a row again by its insert id, and by `record_version` whether it is as it was. #}

{# The moment of this build for rows that it adds, a literal: all of them are seen at once and stand after every row before, whatever the clock says. #}
{% macro insert_time() -%}
    {%- set now = run_started_at.replace(tzinfo=none) -%}
    {#- as a text, since some drivers give times in the zone of the machine -#}
    {%- set text = run_query('select ' ~ crosswalk.time_text('max(inserted_at)') ~ ' as last_time from ' ~ this).rows[0][0] if execute and crosswalk.adds_rows() -%}
    {%- set last = modules.datetime.datetime.strptime(text, '%Y-%m-%d %H:%M:%S' ~ ('.%f' if '.' in text else '')) if text -%}
    {%- set moment = [now, last + modules.datetime.timedelta(microseconds=1)] | max if last else now -%}
    timestamp '{{ moment.strftime('%Y-%m-%d %H:%M:%S.%f') }}'
{%- endmacro %}

{# The further columns of such a relation: when a build added the row and, of events, which version of its record it is. #}
{% macro synced_columns(is_event=true) -%}
    {{- crosswalk.and_kept('cast(' ~ crosswalk.insert_time() ~ ' as timestamp) as inserted_at') if crosswalk.keeps_rows() }}
    {{- crosswalk.and_kept('record_version') if is_event }}
{%- endmacro %}

{# For a model's configuration: a build of everything changes the table like any other. #}
{% macro is_made_anew() %}
    {{ return(false if crosswalk.keeps_rows() else none) }}
{% endmacro %}

{# The post-hooks of such a model of events: `relation` is its name, `records` that of its records. #}
{% macro after_syncing_events(relation, records) %}
    {%- set given = "ref('" ~ records ~ "'), '" ~ relation ~ "'" -%}
    {{ return(crosswalk.after_building([
        "{{ crosswalk.delete_gone_events(ref('" ~ records ~ "')) }}",
        "{{ crosswalk.update_changed_events(" ~ given ~ ") }}",
        "{% if flags.FULL_REFRESH %}{{ crosswalk.update_rewritten_events(" ~ given ~ ") }}{% endif %}",
        "{{ crosswalk.forbid_nulls(this, 'event_time') }}",
        "{{ crosswalk.track_changes(this) }}",
    ])) }}
{% endmacro %}

{# What stands behind a relation of records, as an alias, joins and a condition: those whose insert id the table does not have yet. Where several rows share one,
   as they may in two projects, a changed row is a new one. #}
{% macro only_new_events(records) -%}
    {%- if crosswalk.adds_rows() -%}
    as new_records
    left join (select record_version as built_version from {{ this }}) as built on new_records.record_version = built.built_version
    left join (select insert_id as known_id, count(*) as known_rows from {{ this }} group by insert_id) as known on new_records.insert_id = known.known_id
    left join (select insert_id as given_id, count(*) as given_rows from {{ records }} group by insert_id) as given on new_records.insert_id = given.given_id
    where built.built_version is null and (known.known_id is null or known.known_rows > 1 or given.given_rows > 1)
    {%- endif -%}
{%- endmacro %}

{# The statement that takes out of the table (`this`), to which this build has added, the rows that are gone. #}
{% macro delete_gone_events(records) -%}
    {%- set gone -%}
        select built.record_version as gone_version
        from {{ this }} as built
        left join (select record_version from {{ records }}) as there on built.record_version = there.record_version
        left join (select insert_id, count(*) as given_rows from {{ records }} group by insert_id) as given on built.insert_id = given.insert_id
        left join (select insert_id, count(*) as known_rows from {{ this }} group by insert_id) as known on built.insert_id = known.insert_id
        where there.record_version is null and (given.insert_id is null or given.given_rows > 1 or known.known_rows > 1)
    {%- endset -%}
    {{- crosswalk.rows_deleted('record_version', gone, 'gone_version') -}}
{%- endmacro %}

{# The statement after that: the records that the table lacks now are those of rows that it has in another version. When a row was added stays as it is. #}
{% macro update_changed_events(records, relation) -%}
    {%- set names = crosswalk.synced_names(relation) -%}
    {%- set changed -%}
        select
            {{ crosswalk.synced_select(relation) }},
            records.record_version
        from {{ records }} as records
        left join (select record_version as built_version from {{ this }}) as built on records.record_version = built.built_version
        where built.built_version is null
    {%- endset -%}
    {{- crosswalk.rows_changed(crosswalk.set_synced(names + ['record_version']), changed, crosswalk.kept_table() ~ '.insert_id = changed.insert_id') -}}
{%- endmacro %}

{# The statement after a full refresh: with other settings a record of the same version may hold other values. A property that is no column of its own any more
   leaves an empty column, since a dropped one would break a change feed. #}
{% macro update_rewritten_events(records, relation) -%}
    {%- set names = crosswalk.synced_names(relation) -%}
    {%- set known, mine, theirs = ['inserted_at', 'record_version'], [], [] -%}
    {%- for name in names -%}
        {%- do known.append(name | replace('"', '') | replace('`', '') | lower) -%}{%- do mine.append(crosswalk.kept_table() ~ '.' ~ name) -%}{%- do theirs.append('changed.' ~ name) -%}
    {%- endfor -%}
    {%- set dropped = [] -%}
    {%- for column in adapter.get_columns_in_relation(this) if execute and column.name | lower not in known -%}
        {%- do dropped.append(crosswalk.quoted_name(column.name)) -%}{%- do mine.append(crosswalk.kept_table() ~ '.' ~ dropped[-1]) -%}{%- do theirs.append('null') -%}
    {%- endfor -%}
    {%- set assignments -%}
    {{ crosswalk.set_synced(names) }}{% for name in dropped %}, {{ name }} = null{% endfor %}
    {%- endset -%}
    {%- set changed -%}
        select
            {{ crosswalk.synced_select(relation) }},
            records.record_version
        from {{ records }} as records
    {%- endset -%}
    {%- set condition = crosswalk.kept_table() ~ '.record_version = changed.record_version and ' ~ crosswalk.row_version(mine) ~ ' <> ' ~ crosswalk.row_version(theirs) -%}
    {{- crosswalk.rows_changed(assignments, changed, condition) -}}
{%- endmacro %}

{# The assignments of an update from `changed`. #}
{% macro set_synced(names) -%}
    {%- for name in names -%}{{ name }} = changed.{{ name }}{{ ', ' if not loop.last }}{%- endfor -%}
{%- endmacro %}

{# The post-hooks of such a model of profiles. One that changed is a new row with a time of its own: a connector that appends reads it again and overwrites what it
   had, and Mirror takes no such profiles. #}
{% macro after_syncing_profiles(relation, records) %}
    {{ return(crosswalk.after_building(["{{ crosswalk.delete_gone_profiles(ref('" ~ records ~ "'), '" ~ relation ~ "') }}"])) }}
{% endmacro %}

{# What stands behind the CTE `profiles`, as a join and a condition: those that the table does not hold as they are. #}
{% macro only_new_profiles(relation) -%}
    {%- if crosswalk.adds_rows() -%}
    {#- a property that is named for the first time has no column yet -#}
    {%- set there, names = [], [] -%}
    {%- for column in adapter.get_columns_in_relation(this) -%}{%- do there.append(column.name | lower) -%}{%- endfor -%}
    {%- for name in crosswalk.synced_names(relation) -%}
        {%- do names.append(name if name | replace('"', '') | replace('`', '') | lower in there else 'null') -%}
    {%- endfor %}
    left join (select distinct {{ crosswalk.row_version(names) }} as built_version from {{ this }}) as built
        on {{ crosswalk.row_version(crosswalk.synced_names(relation)) }} = built.built_version
    where built.built_version is null
    {%- endif -%}
{%- endmacro %}

{# The statement that takes the others out of the table (`this`). #}
{% macro delete_gone_profiles(records, relation) -%}
    {%- set version = crosswalk.row_version(crosswalk.synced_names(relation)) -%}
    {%- set gone -%}
        select built.built_version
        from (select {{ version }} as built_version from {{ this }}) as built
        left join (
            select {{ version }} as given_version
            from (
                select
                    {{ crosswalk.synced_select(relation) }}
                from {{ records }} as records
            ) as profiles
        ) as given on built.built_version = given.given_version
        where given.given_version is null
    {%- endset -%}
    {{- crosswalk.rows_deleted(version, gone, 'built_version') -}}
{%- endmacro %}

{# The select lines of a synced relation from its records, without those that say when a build added the row. Not to be indented: a line may break within a
   name. #}
{% macro synced_select(relation) -%}
    {%- if relation == 'mixpanel_user_profiles' -%}
    distinct_id,
    updated_at,
    {{- crosswalk.columns_of_their_own(var('mixpanel_profile_columns'), ['properties', 'properties_once']) }}
    {{ crosswalk.as_json('properties') }} as properties,
    {{ crosswalk.as_json('properties_once') }} as properties_once
    {%- elif relation == 'mixpanel_group_profiles' -%}
    group_key,
    group_id,
    updated_at,
    {{ crosswalk.as_json('properties') }} as properties
    {%- else -%}
    event_name,
    event_time,
    insert_id,
    user_id,
    device_id,
    distinct_id,
    {{- crosswalk.columns_of_their_own(var('mixpanel_event_columns') if relation == 'mixpanel_events' else [], ['properties']) }}
    {{ crosswalk.as_json('properties') }} as properties,
    received_at
    {%- endif -%}
{%- endmacro %}

{# The names of these columns, as they have to be written. #}
{% macro synced_names(relation) %}
    {%- set own = {'mixpanel_events': 'mixpanel_event_columns', 'mixpanel_user_profiles': 'mixpanel_profile_columns'} -%}
    {%- set quoted = [] -%}
    {%- for name in (var(own[relation]) if relation in own else []) -%}{%- do quoted.append(crosswalk.quoted_name(name)) -%}{%- endfor -%}
    {%- if relation == 'mixpanel_user_profiles' -%}{{ return(['distinct_id', 'updated_at'] + quoted + ['properties', 'properties_once']) }}{%- endif -%}
    {%- if relation == 'mixpanel_group_profiles' -%}{{ return(['group_key', 'group_id', 'updated_at', 'properties']) }}{%- endif -%}
    {{ return(['event_name', 'event_time', 'insert_id', 'user_id', 'device_id', 'distinct_id'] + quoted + ['properties', 'received_at']) }}
{% endmacro %}
