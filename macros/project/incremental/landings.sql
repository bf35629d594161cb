{# Which files of a source have to be read: those that no build has landed. One that changed or went since makes all of the source be landed anew, since the
   number of a landed line is its place. Worked out once a run: {'whole', 'new', 'stamps', 'landed_in'}. `settings` name the files. #}
{% macro landing(source, settings=none) %}
    {%- set kept = graph.setdefault('crosswalk_landings', {}) -%}
    {%- if source in kept -%}{{ return(kept[source]) }}{%- endif -%}
    {%- set settings = settings or crosswalk.file_settings(source) -%}
    {%- set files = crosswalk.source_files(source, settings) -%}
    {%- set before, settled = {}, [] -%}
    {%- set settled_before = (run_started_at.timestamp() - var('lookback_days') * 86400) * 1000 -%}
    {%- for row in crosswalk.landed_before(source) -%}
        {%- do before.update({row[0]: row[1]}) -%}
        {%- if row[2] < settled_before -%}{%- do settled.append(row[0]) -%}{%- endif -%}
    {%- endfor -%}
    {%- set stamps = crosswalk.file_stamps(files, none if crosswalk.reads_files() else crosswalk.raw_table(source), before, settled) -%}
    {%- for file in crosswalk.files_set_aside(settings) if crosswalk.reads_files() -%}{%- do stamps.update({file: 'set aside'}) -%}{%- endfor -%}
    {%- set found = {'whole': not before, 'new': [], 'stamps': stamps, 'changed': []} -%}
    {%- for file, stamp in before.items() if stamps.get(file) != stamp -%}{%- do found['changed'].append(file) -%}{%- endfor -%}
    {%- if found['changed'] -%}{%- do found.update({'whole': true}) -%}{%- endif -%}
    {%- for file in stamps if found['whole'] or file not in before -%}{%- do found['new'].append(file) -%}{%- endfor -%}
    {%- do found.update({'landed_in': (run_started_at.timestamp() * 1000) | int}) -%}
    {%- do kept.update({source: found}) -%}
    {{ return(found) }}
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

{# The column `landed_in` of landed lines: which build landed them. #}
{% macro landed_in(source) -%}
    cast({{ crosswalk.landing(source)['landed_in'] if execute and crosswalk.keeps_rows() else 0 }} as {{ dbt.type_bigint() }}) as landed_in
{%- endmacro %}

{# The hooks of a lines model that is kept, before and after what every build does. #}
{% macro before_landing(source) %}
    {{ return([
        "{% if crosswalk.reads_files() %}{{ crosswalk.forget_rejects('stg_" ~ source ~ "__lines') }}{% endif %}",
        "{% if crosswalk.adds_rows() and not crosswalk.reads_files() %}{{ crosswalk.delete_half_landed('" ~ source ~ "') }}{% endif %}",
    ] if crosswalk.keeps_rows() else []) }}
{% endmacro %}

{# The statement that takes out lines that a build landed and did not come to write down: not every adapter does both in one transaction. #}
{% macro delete_half_landed(source) -%}
    {{- crosswalk.rows_kept(['landed_in'], 'select distinct landed_in from ' ~ crosswalk.landed_files_table(source)) -}}
{%- endmacro %}

{% macro after_landing(source) %}
    {%- set hooks = ["{{ crosswalk.remember_files('" ~ source ~ "') }}", "{{ crosswalk.mark_built() }}"] -%}
    {{ return(hooks if crosswalk.keeps_rows() else []) }}
{% endmacro %}

{# The table that says which files of a source were landed, and with which stamp. #}
{% macro landed_files_table(source) %}
    {{ return(api.Relation.create(database=target.get('database'), schema=target.schema, identifier='crosswalk_landed_' ~ source)) }}
{% endmacro %}

{# The files that earlier builds landed, as rows of file, stamp and landed_in; none where the lines are landed from nothing. #}
{% macro landed_before(source) %}
    {%- set table = crosswalk.landed_files_table(source) -%}
    {%- set lines = crosswalk.built_before('stg_' ~ source ~ '__lines') -%}
    {%- if lines and adapter.get_relation(database=table.database, schema=table.schema, identifier=table.identifier) -%}
        {{ return(run_query('select file, stamp, landed_in from ' ~ table).rows) }}
    {%- endif -%}
    {{ return([]) }}
{% endmacro %}

{# On run start: statements that drop a landed table that has to be made anew, so that its model builds it from nothing. #}
{% macro forget_changed_files() %}
    {%- set statements = [] -%}
    {%- if execute and crosswalk.keeps_rows() and flags.WHICH in ('run', 'build') -%}
        {%- set selected = selected_resources | join(' ') ~ ' ' -%}
        {%- for source in var('sources') if '.stg_' ~ source ~ '__lines ' in selected -%}
            {%- set lines = crosswalk.built_before('stg_' ~ source ~ '__lines') -%}
            {%- set landing = crosswalk.landing(source) if lines else {'changed': []} -%}
            {%- if lines and landing['whole'] -%}
                {%- do statements.append(crosswalk.table_dropped(lines)) -%}
                {%- do adapter.cache_dropped(lines) -%}
                {%- if landing['changed'] -%}
                    {%- do log('Files of ' ~ source ~ ' changed or went since they were read, the first is ' ~ landing['changed'][0] ~ ': all of its files are read again.', info=true) -%}
                {%- endif -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(statements) }}
{% endmacro %}

{# The post-hook of a lines model that writes down what it landed, in the same transaction. #}
{% macro remember_files(source) %}
    {%- if not execute -%}{{ return('') }}{%- endif -%}
    {%- set landing = crosswalk.landing(source) -%}
    {%- set table = crosswalk.landed_files_table(source) -%}
    {%- set columns = ['file ' ~ dbt.type_string(), 'stamp ' ~ dbt.type_string(), 'landed_in ' ~ dbt.type_bigint()] -%}
    {%- set statements = [crosswalk.table_made(table, columns)] -%}
    {%- if landing['whole'] -%}{%- do statements.append('delete from ' ~ table ~ ' where true') -%}{%- endif -%}
    {%- for files in landing['new'] | batch(500) -%}
        {%- set rows = [] -%}
        {%- for file in files -%}
            {%- do rows.append('(' ~ crosswalk.literal(file) ~ ', ' ~ crosswalk.literal(landing['stamps'][file]) ~ ', ' ~ landing['landed_in'] ~ ')') -%}
        {%- endfor -%}
        {%- do statements.append('insert into ' ~ table ~ ' values\n' ~ rows | join(',\n')) -%}
    {%- endfor -%}
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
