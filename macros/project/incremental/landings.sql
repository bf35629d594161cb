{# Which files of a source have to be read: those that no build has landed as they are. Worked out once a run: {'whole', 'new', 'changed', 'stamps', 'landed_at'}.
   Where one that changed or went cannot be landed alone (`lands_files_alone`), and where lines cannot be put together twice, all of the source is landed anew: `whole`. `settings` name the files. #}
{% macro landing(source, settings=none) %}
    {%- set kept = graph.setdefault('crosswalk_landings', {}) -%}
    {%- if source in kept -%}{{ return(kept[source]) }}{%- endif -%}
    {%- set settings = settings or crosswalk.file_settings(source) -%}
    {%- set files = crosswalk.source_files(source, settings) -%}
    {%- set before, settled = {}, {} -%}
    {%- set settled_before = ((run_started_at.timestamp() - var('lookback_days') * 86400) * 1000) | int -%}
    {%- for row in crosswalk.landed_before(source) -%}
        {%- do before.update({row[0]: row[1]}) -%}
        {%- if row[2] < settled_before -%}{%- do settled.update({row[0]: row[1]}) -%}{%- endif -%}
    {%- endfor -%}
    {%- set settled_query = 'select distinct file as settled_file from ' ~ crosswalk.landed_files_table(source) ~ ' where landed_in is not null and landed_at < ' ~ settled_before -%}
    {%- set stamps = crosswalk.file_stamps(files, none if crosswalk.reads_files() else crosswalk.raw_table(source), before, settled, settled_query) -%}
    {%- for file in crosswalk.files_set_aside(settings) if crosswalk.reads_files() -%}{%- do stamps.update({file: 'set aside'}) -%}{%- endfor -%}
    {%- set found = {'whole': not before, 'new': [], 'stamps': stamps, 'changed': []} -%}
    {%- for file, stamp in before.items() if stamps.get(file) != stamp -%}{%- do found['changed'].append(file) -%}{%- endfor -%}
    {#- lines without a file are not told by one; the parts of Mixpanel's broken records are withheld once they are put together, and no build finds them again -#}
    {%- set is_withheld = source == 'mixpanel' and crosswalk.has_private_properties() -%}
    {%- if (found['changed'] and not crosswalk.lands_files_alone(source)) or none in stamps or is_withheld -%}{%- do found.update({'whole': true}) -%}{%- endif -%}
    {%- for file, stamp in stamps.items() if found['whole'] or before.get(file) != stamp -%}{%- do found['new'].append(file) -%}{%- endfor -%}
    {%- do found.update({'landed_at': (run_started_at.timestamp() * 1000) | int}) -%}
    {%- do kept.update({source: found}) -%}
    {{ return(found) }}
{% endmacro %}

{# Whether a file that changed or went is landed or taken out alone. Not where places of landed lines move, since what was made of each line is known by its
   place; and not where a vendor rewrites its tables: of files that were landed long ago the lines are only counted, so a changed one says to read all. #}
{% macro lands_files_alone(source) %}
    {{ return(crosswalk.positions_stay() and (source == 'amplitude' or not crosswalk.reads_tables(source))) }}
{% endmacro %}

{# The variables that name the files of a source; the first has to find one. #}
{% macro file_settings(source) %}
    {%- set more = {'amplitude': ['amplitude_merged_users_files'], 'mixpanel': ['mixpanel_profile_files']} -%}
    {{ return([source ~ '_files'] + more.get(source, [])) }}
{% endmacro %}

{# The files of a source that a build has to read, of these settings: all, or where rows are kept the new ones. #}
{% macro files_to_land(source, settings) %}
    {%- if not crosswalk.keeps_rows() or not execute -%}{{ return(crosswalk.source_files(source, settings)) }}{%- endif -%}
    {%- set landing = crosswalk.landing(source, settings) -%}
    {%- set files = [] -%}
    {%- for file in landing['new'] if landing['stamps'][file] != 'set aside' -%}{%- do files.append(file) -%}{%- endfor -%}
    {{ return(files) }}
{% endmacro %}

{# The damaged files of a source that a build has to name: all, or where rows are kept those that no build has named. #}
{% macro files_to_set_aside(source, settings) %}
    {%- if not crosswalk.keeps_rows() or not execute -%}{{ return(crosswalk.files_set_aside(settings)) }}{%- endif -%}
    {%- set landing = crosswalk.landing(source, settings) -%}
    {%- set files = [] -%}
    {%- for file in landing['new'] if landing['stamps'][file] == 'set aside' -%}{%- do files.append(file) -%}{%- endfor -%}
    {{ return(files) }}
{% endmacro %}

{# The number of the landing of a line or of a file, from its column `file`: one for each file and build, or for each build where files are not landed alone. #}
{% macro landing_number(source) -%}
    {%- set landed_at = crosswalk.landing(source)['landed_at'] -%}
    {%- if crosswalk.lands_files_alone(source) -%}
    {#- 56 bits: two of a million landings are the same once in 140,000 -#}
    cast({{ crosswalk.hash_integer("'" ~ landed_at ~ " ' || coalesce(file, '')") }} as {{ dbt.type_bigint() }}) * 268435456 + {{ crosswalk.hash_integer("coalesce(file, '') || ' " ~ landed_at ~ "'") }}
    {%- else -%}
    {{ landed_at }}
    {%- endif -%}
{%- endmacro %}

{# The column `landed_in` of landed lines: by which landing they came. #}
{% macro landed_in(source) -%}
    cast({{ crosswalk.landing_number(source) if execute and crosswalk.keeps_rows() else 0 }} as {{ dbt.type_bigint() }}) as landed_in
{%- endmacro %}

{# The hooks of a lines model that is kept, before and after what every build does. #}
{% macro before_landing(source) %}
    {{ return([
        "{% if crosswalk.reads_files() %}{{ crosswalk.forget_rejects('stg_" ~ source ~ "__lines') }}{% endif %}",
        "{% if not crosswalk.reads_files() %}{{ crosswalk.begin_landing('" ~ source ~ "') }}{% endif %}",
    ] if crosswalk.keeps_rows() else []) }}
{% endmacro %}

{# What a lines model begins with, since not every adapter lands lines and writes down their files in one transaction. Where a build adds: the statement that takes
   out lines that one landed and did not come to write down, to the last file, and those of files that changed or went. Where it makes all lines anew no file is landed from here on, until all are
   written down: files of an earlier build would tell the next one that it has nothing to read, while none of these lines is theirs. #}
{% macro begin_landing(source) -%}
    {%- set table = crosswalk.landed_files_table(source) -%}
    {%- if crosswalk.adds_rows() -%}
        {{- crosswalk.rows_kept(['landed_in'], 'select distinct landed_in from ' ~ table ~ ' where landed_in is not null') -}}
    {%- elif execute -%}
        {{- crosswalk.one_by_one([crosswalk.table_made(table, crosswalk.landed_files_columns()), 'delete from ' ~ table ~ ' where true']) -}}
    {%- endif -%}
{%- endmacro %}

{% macro after_landing(source) %}
    {%- set hooks = ["{{ crosswalk.remember_files('" ~ source ~ "') }}", "{{ crosswalk.mark_built() }}"] -%}
    {{ return(hooks if crosswalk.keeps_rows() else []) }}
{% endmacro %}

{# The table that says which files of a source were landed, with which stamp, by which landing, and when (epoch milliseconds of the build). #}
{% macro landed_files_table(source) %}
    {{ return(api.Relation.create(database=target.get('database'), schema=target.schema, identifier='crosswalk_landed_' ~ source)) }}
{% endmacro %}

{# Its columns with their types. #}
{% macro landed_files_columns() %}
    {{ return(['file ' ~ dbt.type_string(), 'stamp ' ~ dbt.type_string(), 'landed_in ' ~ dbt.type_bigint(), 'landed_at ' ~ dbt.type_bigint()]) }}
{% endmacro %}

{# The same table if it is there: 'old' where a version of the project made it that did not say when. #}
{% macro landed_files_before(source) %}
    {%- set table = crosswalk.landed_files_table(source) -%}
    {%- set there = adapter.get_relation(database=table.database, schema=table.schema, identifier=table.identifier) -%}
    {%- if not there -%}{{ return({'table': none, 'old': none}) }}{%- endif -%}
    {%- set is_old = 'landed_at' not in run_query('select * from ' ~ there ~ ' where false').column_names | map('lower') | list -%}
    {{ return({'table': none if is_old else there, 'old': there if is_old else none}) }}
{% endmacro %}

{# The files that earlier builds landed, as rows of file, stamp and landed_at; none where the lines are landed from nothing. #}
{% macro landed_before(source) %}
    {%- if crosswalk.built_before('stg_' ~ source ~ '__lines') -%}
        {%- set table = crosswalk.landed_files_before(source)['table'] -%}
        {%- if table -%}{{ return(run_query('select file, stamp, landed_at from ' ~ table ~ ' where landed_in is not null').rows) }}{%- endif -%}
    {%- endif -%}
    {{ return([]) }}
{% endmacro %}

{# On run start: statements after which files that changed or went do not count as landed, so that their lines go and those that are there are landed; or which
   drop a landed table that has to be made anew, so that its model builds it from nothing. #}
{% macro forget_changed_files() %}
    {%- set statements = [] -%}
    {%- if execute and crosswalk.keeps_rows() and flags.WHICH in ('run', 'build') -%}
        {%- set selected = selected_resources | join(' ') ~ ' ' -%}
        {%- for source in var('sources') if '.stg_' ~ source ~ '__lines ' in selected -%}
            {%- set lines = crosswalk.built_before('stg_' ~ source ~ '__lines') -%}
            {%- set landing = crosswalk.landing(source) if lines else {'changed': []} -%}
            {%- set old = crosswalk.landed_files_before(source)['old'] -%}
            {%- if old -%}{%- do statements.append(crosswalk.table_dropped(old)) -%}{%- do adapter.cache_dropped(old) -%}{%- endif -%}
            {%- if lines and landing['whole'] -%}
                {%- do statements.append(crosswalk.table_dropped(lines)) -%}
                {%- do adapter.cache_dropped(lines) -%}
            {%- else -%}
                {%- for files in landing['changed'] | batch(500) -%}
                    {%- do statements.append('delete from ' ~ crosswalk.landed_files_table(source) ~ ' where file in (' ~ crosswalk.literals(files) ~ ')') -%}
                {%- endfor -%}
            {%- endif -%}
            {%- if landing['changed'] -%}
                {%- do log('Files of ' ~ source ~ ' changed or went since they were read: ' ~ crosswalk.some_of(landing['changed']) ~ '. '
                    ~ ('All files of the source are' if landing['whole'] else 'Of these alone lines are taken out, and what is there is') ~ ' read again.', info=true) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(statements) }}
{% endmacro %}

{# The first names of a list, and how many more there are. #}
{% macro some_of(names) %}
    {{ return(names[:3] | join(', ') ~ (' and ' ~ (names | length - 3) ~ ' more' if names | length > 3 else '')) }}
{% endmacro %}

{# The post-hook of a lines model that writes down what it landed, in the same transaction. Where there are none, files without `landed_in` are those of a build
   that was stopped between two of these statements; the last insert makes all of them count at once. No update: not every engine of Delta tables has it. #}
{% macro remember_files(source) %}
    {%- if not execute -%}{{ return('') }}{%- endif -%}
    {%- set landing = crosswalk.landing(source) -%}
    {%- set table = crosswalk.landed_files_table(source) -%}
    {%- set statements = [crosswalk.table_made(table, crosswalk.landed_files_columns())] -%}
    {%- do statements.append('delete from ' ~ table ~ (' where true' if landing['whole'] else ' where landed_in is null')) -%}
    {%- for files in landing['new'] | batch(500) -%}
        {%- set rows = [] -%}
        {%- for file in files -%}
            {%- do rows.append('(' ~ crosswalk.literal(file) ~ ', ' ~ crosswalk.literal(landing['stamps'][file]) ~ ', null, null)') -%}
        {%- endfor -%}
        {%- do statements.append('insert into ' ~ table ~ ' values\n' ~ rows | join(',\n')) -%}
    {%- endfor -%}
    {%- do statements.append('insert into ' ~ table ~ ' select file, stamp, ' ~ crosswalk.landing_number(source) ~ ', ' ~ landing['landed_at'] ~ ' from ' ~ table ~ ' where landed_in is null') -%}
    {%- do statements.append('delete from ' ~ table ~ ' where landed_in is null') -%}
    {{ return(crosswalk.one_by_one(statements)) }}
{% endmacro %}

{# A condition on landed lines: those that the model has not looked at yet, where a build adds to it. With ` and ` or ` where ` before it, as `word` says. #}
{% macro only_new_landings(word='and', landed_in='landed_in') -%}
    {%- if crosswalk.adds_rows() -%}
    {{ word }} {{ landed_in }} not in (select distinct built.landed_in from {{ this }} as built)
    {%- endif -%}
{%- endmacro %}

{# The statement that takes out of a kept model what was made from lines that were landed anew since. #}
{% macro delete_old_landings(lines) -%}
    {{- crosswalk.rows_kept(['landed_in'], 'select distinct landed_in from ' ~ lines) -}}
{%- endmacro %}
