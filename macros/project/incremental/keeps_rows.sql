{# For Jinja: whether what was built stays, and a build works only on what is new or different: `materialize: incremental`. #}
{% macro keeps_rows() %}
    {{ return(var('materialize', 'table') == 'incremental') }}
{% endmacro %}

{# The materialization of a model that incremental builds add to; `otherwise` is the one of the other modes. #}
{% macro kept_as(otherwise='table') %}
    {{ return('incremental' if crosswalk.keeps_rows() else otherwise) }}
{% endmacro %}

{# For Jinja, in a model that is kept: whether this build adds to a table that is there. #}
{% macro adds_rows() %}
    {{ return(crosswalk.keeps_rows() and is_incremental()) }}
{% endmacro %}

{# The pre-hooks of a model that is kept: these statements, where a build adds to it. #}
{% macro before_adding(statements) %}
    {%- set hooks = [] -%}
    {%- for statement in statements if crosswalk.keeps_rows() -%}
        {%- do hooks.append('{% if crosswalk.adds_rows() or not execute %}' ~ statement ~ '{% endif %}') -%}
    {%- endfor -%}
    {{ return(hooks) }}
{% endmacro %}

{# The post-hooks of a model that is kept: these statements, and the mark that says with which settings it was built. #}
{% macro after_building(statements=[]) %}
    {{ return(statements + ['{{ crosswalk.mark_built() }}'] if crosswalk.keeps_rows() else []) }}
{% endmacro %}

{# MD5 of all that a row is made from, from texts and other values: equal versions are equal rows. #}
{% macro row_version(values) -%}
    {%- set texts = [] -%}
    {%- for value in values -%}{%- do texts.append('cast(' ~ value ~ ' as ' ~ dbt.type_string() ~ ')') -%}{%- endfor -%}
    {{- crosswalk.stable_key(texts) -}}
{%- endmacro %}

{# A boolean as a number for `row_version`: not every engine writes one as text. #}
{% macro flag_number(flag) -%}
    case when {{ flag }} then 1 when not {{ flag }} then 0 end
{%- endmacro %}

{# A further column of a select list where rows are kept, with the comma before it; nothing in the other modes. #}
{% macro and_kept(column) -%}
    {%- if crosswalk.keeps_rows() -%}, {{ column }}{%- endif -%}
{%- endmacro %}

{# The further columns of a parsed line where rows are kept: which build landed it, and the MD5 of its text. #}
{% macro and_kept_of_line(line) -%}
    {{- crosswalk.and_kept('landed_in') }}{{ crosswalk.and_kept(crosswalk.md5_hex(line) ~ ' as line_hash') -}}
{%- endmacro %}

{# A model of ours that earlier builds made and this one adds to, as a relation; none where it is built from nothing. Not by `ref`: it comes later. #}
{% macro built_before(model) %}
    {%- if not execute or not crosswalk.keeps_rows() or flags.FULL_REFRESH or not graph.nodes -%}{{ return(none) }}{%- endif -%}
    {%- set nodes = graph.nodes.values() | selectattr('name', 'equalto', model) | selectattr('resource_type', 'equalto', 'model') | list -%}
    {%- set relation = adapter.get_relation(database=nodes[0].database, schema=nodes[0].schema, identifier=nodes[0].alias) if nodes else none -%}
    {{ return(relation if relation and relation.type == 'table' else none) }}
{% endmacro %}

{# The select of a versions model: the columns of a CTE with each row that there is to be, its version (the column `version`) and `is_built`: whether the model
   `built` holds it. #}
{% macro told_from_built(current, built, version) -%}
    {%- set relation = crosswalk.built_before(built) -%}
    select
        {{ current }}.*,
        {% if relation -%}
        built.{{ version }} is not null as is_built
        {%- else -%}
        false as is_built
        {%- endif %}
    from {{ current }}
    {%- if relation %}
    left join (select distinct {{ version }} from {{ relation }}) as built on {{ current }}.{{ version }} = built.{{ version }}
    {%- endif %}
{%- endmacro %}

{# A kept model (`this`) by its bare name, in front of a column: BigQuery takes no longer one there. #}
{% macro kept_table() -%}
    {{- this.include(database=false, schema=false) -}}
{%- endmacro %}

{# The statement that takes the rows out of a kept model (`this`) that are gone or different, by a relation with the versions that stand as they are. #}
{% macro delete_outdated(versions, version) -%}
    {{- crosswalk.rows_kept([version], 'select ' ~ version ~ ' from ' ~ versions ~ ' where is_built') -}}
{%- endmacro %}

{# The body of a CTE with the rows of a source that count, from a relation or CTE with their outcomes: all, or where rows are kept those that hub_events does
   not hold as they are. #}
{% macro rows_to_build(source, rows) -%}
    {%- if crosswalk.keeps_rows() -%}
    select
        source_rows.*,
        versions.row_version
    from {{ rows }} as source_rows
    inner join {{ ref('hub_event_versions') }} as versions
        on
            source_rows.line_id = versions.line_id
            and source_rows.source_project = versions.source_project
            and source_rows.event_key = versions.event_key
            and versions.source = '{{ source }}'
            and not versions.is_built
    where source_rows.outcome = 'kept'
    {%- else -%}
    select * from {{ rows }}
    where outcome = 'kept'
    {%- endif -%}
{%- endmacro %}

{# The body of a CTE with the events that a destination gets: all, or where rows are kept those whose records it does not hold as they are. `whole_people` gives
   all events of the people behind them, with `is_built`. #}
{% macro records_to_build(destination, whole_people=false) -%}
    {%- if crosswalk.keeps_rows() -%}
    {%- set versions = ref(destination ~ '_record_versions') -%}
    select
        routed_events.*,
        versions.record_version,
        versions.is_built
    from {{ ref(destination ~ '_routed_events') }} as routed_events
    inner join {{ versions }} as versions on routed_events.row_version = versions.row_version
    where routed_events.outcome = 'delivered'
        {%- if whole_people %}
        and routed_events.distinct_id in (select touched.distinct_id from {{ versions }} as touched where not touched.is_built)
        {%- else %}
        and not versions.is_built
        {%- endif %}
    {%- else -%}
    select * from {{ ref(destination ~ '_routed_events') }}
    where outcome = 'delivered'
    {%- endif -%}
{%- endmacro %}

{# A condition on rows that say something of people: those of people whom hub_users does not hold as they are, where rows are kept. `word` stands before it. #}
{% macro only_people_to_build(word='where') -%}
    {%- if crosswalk.keeps_rows() -%}
    {{ word }} row_version in (
            select person_keys.row_version
            from {{ ref('hub_person_keys') }} as person_keys
            inner join {{ ref('hub_person_versions') }} as versions
                on
                    person_keys.source = versions.source
                    and person_keys.source_project = versions.source_project
                    and person_keys.person_key = versions.person_key
            where not versions.is_built
        )
    {%- endif -%}
{%- endmacro %}

{# The end of a payload model after its CTE `payloads` (event_date, event_at, kind_rank, record_id, distinct_id, payload, …): a bucket for each record and its place. A
   build that adds to what is there leaves both to `renumber`. `kind` is the column that names the kind, `days` the relation with the parts of each day. #}
{% macro placed_payloads(kind, days) -%}
    {%- set kept = ['kind_rank', 'record_version'] if crosswalk.keeps_rows() else [] -%}
    {%- set columns = [kind, 'record_id', 'distinct_id', 'event_at', 'payload', crosswalk.byte_length('payload') ~ ' as payload_bytes'] + kept -%}
    {%- if crosswalk.adds_rows() -%}
    select
        cast(0 as {{ dbt.type_bigint() }}) as send_order,
        event_date,
        cast(0 as {{ dbt.type_int() }}) as bucket,
        {{ columns | join(',\n        ') }}
    from payloads
    {{ crosswalk.only_new_records('new_payloads') }}
    {%- else -%}
    , {{ crosswalk.bucketed('payloads', days) }}

    {{ crosswalk.numbered('bucketed', ['event_date', 'bucket'] + columns, crosswalk.send_order_of_payloads(), 'send_order') }}
    {%- endif -%}
{%- endmacro %}

{# What stands behind a relation of records, as an alias and a condition: those that the payload model (`this`) does not hold yet, where a build adds to it. #}
{% macro only_new_records(records) -%}
    {%- if crosswalk.adds_rows() -%}
    as {{ records }}
    where not exists (select 1 from {{ this }} as built where built.record_version = {{ records }}.record_version)
    {%- endif -%}
{%- endmacro %}

{# What decides the order of payloads: day, bucket, time, kind, id. #}
{% macro send_order_of_payloads() %}
    {{ return(['event_date', 'bucket', 'event_at', 'kind_rank', crosswalk.by_bytes('record_id')]) }}
{% endmacro %}

{# The statement that takes out of a payload model (`this`) what is gone or different. #}
{% macro delete_outdated_payloads(destination) -%}
    {%- set versions = 'select record_version from ' ~ ref(destination ~ '_event_records') ~ ' union all select record_version from ' ~ ref(destination ~ '_generated_records') -%}
    {{- crosswalk.rows_kept(['record_version'], versions) -}}
{%- endmacro %}

{# The post-hook of a payload model that is kept: bucket and send order as all of its rows together have them. Only rows whose place changed are written. #}
{% macro renumber() -%}
    {%- set places %}
        with

        payloads as (

            select {{ crosswalk.row_identity() }} as position, event_date, event_at, kind_rank, record_id, distinct_id
            from {{ this }}

        ),

        {{ crosswalk.bucketed('payloads') | indent(8) }}

        {{ crosswalk.numbered('bucketed', ['position', 'bucket'], crosswalk.send_order_of_payloads(), 'new_order') | indent(8) }}
    {%- endset -%}
    {%- set mine = crosswalk.kept_table() -%}
    {{- crosswalk.rows_changed(
        'bucket = changed.bucket, send_order = changed.new_order',
        places | trim,
        mine ~ '.' ~ crosswalk.row_identity() ~ ' = changed.position and (' ~ mine ~ '.send_order <> changed.new_order or ' ~ mine ~ '.bucket <> changed.bucket)'
    ) -}}
{%- endmacro %}

{# The body of a CTE with who stands behind sightings (own_user_id, own_device_id, …): an anonymous row belongs to the user of its device, unless several users
   shared it. #}
{% macro people_behind(sightings, first_links) -%}
    select
        {{ sightings }}.*,
        coalesce({{ sightings }}.own_user_id, case when not {{ first_links }}.is_shared_device then {{ first_links }}.user_id end) as known_user_id,
        coalesce({{ sightings }}.own_user_id is null and {{ first_links }}.is_shared_device, false) as is_on_shared_device
    from {{ sightings }}
    left join {{ first_links }}
        on
            {{ sightings }}.source = {{ first_links }}.source
            and {{ sightings }}.source_project = {{ first_links }}.source_project
            and {{ sightings }}.own_device_id = {{ first_links }}.device_id
{%- endmacro %}
