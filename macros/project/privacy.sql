{# The regular expression of one of the literal names as a key of a JSON text: each letter as it is or as its \u escape, in either case of the digits.
   `opened` takes texts within the text too, where everything is escaped once more, line breaks too; `is_word` takes the name wherever it stands as a word, behind
   an escape too. #}
{% macro json_name_pattern(names, opened=false, escapes=true, is_word=false) %}
    {%- set escape = '\\\\+u' if opened else '\\\\u' -%}
    {%- set patterns = [] -%}
    {%- for name in names -%}
        {%- set letters = [] -%}
        {%- for letter in name | list -%}
            {%- set escaped = [] -%}
            {%- for digit in letter.encode('utf-16-be').hex() | list -%}
                {%- do escaped.append((escape if loop.index0 % 4 == 0 else '') ~ ('[' ~ digit ~ digit.upper() ~ ']' if digit.isalpha() else digit)) -%}
            {%- endfor -%}
            {%- set written = modules.re.escape(letter) -%}
            {%- if letter == '"' or letter == '\\' -%}{%- set written = '\\\\+' ~ written -%}{%- elif letter == '/' -%}{%- set written = '\\\\*/' -%}{%- endif -%}
            {%- do letters.append('(?:' ~ written ~ '|' ~ escaped | join('') ~ ')' if escapes or letter.encode('utf-16-be').hex()[:2] != '00' else written) -%}
        {%- endfor -%}
        {%- do patterns.append(letters | join('')) -%}
    {%- endfor -%}
    {%- if is_word -%}{{ return('(?:^|[^A-Za-z0-9_]|\\\\(?:[bfnrt]|u[0-9a-fA-F]{4}))(?:' ~ patterns | join('|') ~ ')(?:$|[^A-Za-z0-9_])') }}{%- endif -%}
    {%- set quote = '\\\\*"' if opened else '"' -%}
    {%- set blank = '(?:\\s|\\\\+[ntr])*' if opened else '\\s*' -%}
    {{ return(quote ~ '(?:' ~ patterns | join('|') ~ ')' ~ quote ~ blank ~ ':') }}
{% endmacro %}

{# The longest part of each name that stands in a text as it is where no letter of it is written as an escape; '' of a name without one. #}
{% macro plain_parts(names) -%}
    {%- set parts = [] -%}
    {%- for name in names -%}
        {%- set longest = namespace(run='') -%}
        {%- for run in modules.re.findall('[A-Za-z0-9_$ -]+', name) if run | length > longest.run | length -%}{%- set longest.run = run -%}{%- endfor -%}
        {%- if longest.run not in parts -%}{%- do parts.append(longest.run) -%}{%- endif -%}
    {%- endfor -%}
    {{- return(parts) -}}
{%- endmacro %}

{# Whether the settings name properties that are private. #}
{% macro has_private_properties() %}
    {{ return((var('deny_properties') or var('hash_properties')) | string | length > 2) }}
{% endmacro %}

{# The names by which the settings call a concept of the crosswalk: its own and those of all tools, on events and on people. #}
{% macro concept_names(row) %}
    {%- set names = [row['canonical_property']] -%}
    {%- set rows = crosswalk.crosswalk_properties('event') + crosswalk.crosswalk_properties('user') -%}
    {%- for one in [row] + rows | selectattr('canonical_property', 'equalto', row['canonical_property']) | list -%}
        {%- for tool in ['amplitude', 'heap', 'mixpanel', 'posthog'] -%}
            {%- for place in crosswalk.source_places(one, tool) if place['kind'] != 'macro' -%}{%- do names.append(place['name']) -%}{%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(names | unique(case_sensitive=true) | list) }}
{% endmacro %}

{# The names of a concept that differ from one in the settings by a dollar sign or capitals only: a source may write them although they are not its own. #}
{% macro same_names(row, setting) %}
    {%- set names = crosswalk.concept_names(row) -%}
    {%- set bare, found = [], [] -%}
    {%- for name in names if name in var(setting) -%}{%- do bare.append(name | lower | replace('$', '')) -%}{%- endfor -%}
    {%- for name in names if name | lower | replace('$', '') in bare -%}{%- do found.append(name) -%}{%- endfor -%}
    {{ return(found) }}
{% endmacro %}

{# Whether `deny_properties` (or another of the settings) names a concept. #}
{% macro is_private_concept(row, setting='deny_properties') %}
    {%- if not var(setting) -%}{{ return(false) }}{%- endif -%}
    {{ return(crosswalk.concept_names(row) | select('in', var(setting)) | list | length > 0) }}
{% endmacro %}

{# Whether a context column of the hub stays empty, since its concept is denied. #}
{% macro is_denied_column(column) %}
    {%- if not var('deny_properties') -%}{{ return(false) }}{%- endif -%}
    {%- for row in crosswalk.crosswalk_properties('event') if row['canonical_property'] == column -%}{{ return(crosswalk.is_private_concept(row)) }}{%- endfor -%}
    {{ return(false) }}
{% endmacro %}

{# What makes a row's key, its person or its time, at the selected tools: no payload can do without. #}
{% macro names_of_identity() %}
    {%- set names = [] -%}
    {%- for source in var('sources') -%}{%- do names.extend(crosswalk.crosswalk_rule(source ~ '_ids')('line') + crosswalk.crosswalk_rule(source ~ '_ids')('properties')) -%}{%- endfor -%}
    {%- for destination in var('destinations') -%}{%- do names.extend(crosswalk.crosswalk_rule(destination ~ '_ids')('properties')) -%}{%- endfor -%}
    {#- the ids of a source once more, under names of ours; to Mixpanel those that it does not take -#}
    {%- for source in var('sources') -%}
        {%- for id in ['_user_id', '_device_id'] -%}
            {%- do names.append('$' ~ source ~ id) -%}
            {%- if 'mixpanel' in var('destinations') -%}
                {%- do names.append(source ~ ('_unusable' if source ~ id in crosswalk.crosswalk_rule(source ~ '_columns')() else '') ~ id) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if 'heap' in var('sources') -%}{%- do names.extend(['heap_original_user_id', 'heap_project_id']) -%}{%- endif -%}
    {{ return(names | unique(case_sensitive=true) | list) }}
{% endmacro %}

{# What a source may call a property that arrives under another name: `<source>_<name>`, since the prefix is ours, put before a column and before a name
   that is taken, twice where that is taken too; a name of crosswalk_columns.csv; and the type of Heap's groups. #}
{% macro names_behind(source, name) %}
    {%- set prefix = source ~ '_' -%}
    {%- set found = [] -%}
    {%- if name not in context['crosswalk'][source ~ '_spine']() + context['crosswalk'][source ~ '_columns']() -%}
        {%- for times in range(1, (name | length) // (prefix | length) + 1) if name.startswith(prefix * times) and name != prefix * times -%}
            {%- do found.append(name[prefix | length * times:]) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- for row in crosswalk.crosswalk_columns(source) if name in [row['mixpanel'], row['posthog']] -%}{%- do found.append(row['column_name']) -%}{%- endfor -%}
    {%- if source == 'heap' and name == var('heap_group_type') -%}{%- do found.append(var('heap_account_property')) -%}{%- endif -%}
    {{ return(found) }}
{% endmacro %}

{# What is wrong with the two lists of private properties, as a sentence; empty where nothing is. #}
{% macro privacy_problem() %}
    {%- set both = var('deny_properties') | select('in', var('hash_properties')) | list -%}
    {%- if both -%}
        {{ return("The property " ~ tojson(both[0]) ~ " is in both variables 'deny_properties' and 'hash_properties'. Take it out of one of them.") }}
    {%- endif -%}
    {%- for setting in ['deny_properties', 'hash_properties'] -%}
        {%- set ids = var(setting) | select('in', crosswalk.names_of_identity()) | list -%}
        {%- if ids -%}
            {{ return("Variable '" ~ setting ~ "' names " ~ tojson(ids[0]) ~ ", which says whose a row is, when it was or what it is, so that no row can do without it. Take it out of the list.") }}
        {%- endif -%}
    {%- endfor -%}
    {{ return('') }}
{% endmacro %}

{# The rules of a source as `json_private` takes them: the names that the settings give and, of each concept of the crosswalk that any tool calls so, the
   source's own. #}
{% macro private_rules(source) %}
    {%- set ids = crosswalk.crosswalk_rule(source ~ '_ids')('line') + crosswalk.crosswalk_rule(source ~ '_ids')('properties') -%}
    {%- set rules = {
        'spared': [],
        'texts': ['event_properties', 'user_properties', 'properties', '$properties', 'groups', 'group_properties', 'data', 'plan', 'global_user_properties'],
        'deeper': {
            'amplitude': {'group_properties': 2}, 'mixpanel': {'results': 1}, 'posthog': {'$set': 1, '$set_once': 1, '$group_set': 1, '$groups': 1},
        }.get(source, {}),
    } -%}
    {%- for kind, setting in {'denied': 'deny_properties', 'hashed': 'hash_properties'}.items() -%}
        {%- set found = var(setting) | list -%}
        {%- for name in var(setting) -%}
            {%- for behind in crosswalk.names_behind(source, name) -%}
                {%- if behind in ids -%}
                    {{ exceptions.raise_compiler_error("Variable '" ~ setting ~ "' names " ~ tojson(name) ~ ", which is '" ~ behind ~ "' of " ~ source | capitalize ~ " under a name of ours, and no row can do without that. Take it out of the list.") }}
                {%- endif -%}
                {%- if kind == 'hashed' -%}{%- do crosswalk.check_no_number(source, name, behind) -%}{%- endif -%}
                {%- do found.append(behind) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- for row in crosswalk.crosswalk_properties('event') + crosswalk.crosswalk_properties('user') if crosswalk.is_private_concept(row, setting) -%}
            {%- set places = crosswalk.source_places(row, source) -%}
            {%- if kind == 'hashed' -%}{%- do crosswalk.check_can_be_hashed(row, source, places) -%}{%- endif -%}
            {%- for place in places if place['kind'] != 'macro' -%}
                {%- if place['name'] in ids -%}
                    {{ exceptions.raise_compiler_error("Variable '" ~ setting ~ "' names " ~ tojson(crosswalk.concept_names(row) | select('in', var(setting)) | first) ~ ", which " ~ source | capitalize ~ " writes as '" ~ place['name'] ~ "', and no row can do without that. Take it out of the list.") }}
                {%- endif -%}
                {%- do found.append(place['name']) -%}
            {%- endfor -%}
            {%- do found.extend(crosswalk.same_names(row, setting) | reject('in', ids) | list) -%}
        {%- endfor -%}
        {%- if source == 'heap' -%}
            {%- for name in var(setting) if name | lower in crosswalk.heap_documented_names() and name | lower not in ids -%}{%- do found.append(name | lower) -%}{%- endfor -%}
            {%- for name, key in crosswalk.heap_renamed_columns() if name in var(setting) or name | lower in found -%}
                {%- if key in ids -%}
                    {{ exceptions.raise_compiler_error("Variable '" ~ setting ~ "' names " ~ tojson(name) ~ ", which is the column '" ~ key ~ "' of Heap, and no row can do without that. Take it out of the list.") }}
                {%- endif -%}
                {%- do found.append(key) -%}
            {%- endfor -%}
        {%- endif -%}
        {%- do rules.update({kind: found | unique(case_sensitive=true) | list}) -%}
    {%- endfor -%}
    {#- a property may be called like one of these columns, which stay unless they are named as they arrive -#}
    {%- for column in crosswalk.posthog_columns() if source == 'posthog' and source ~ '_' ~ column not in var('deny_properties') + var('hash_properties') -%}
        {%- do rules['spared'].append(column) -%}
    {%- endfor -%}
    {%- for name in rules['denied'] if name in rules['hashed'] -%}
        {{ exceptions.raise_compiler_error("The variables 'deny_properties' and 'hash_properties' both name what " ~ source | capitalize ~ " writes as " ~ tojson(name) ~ ". Take it out of one of them.") }}
    {%- endfor -%}
    {{ return(rules) }}
{% endmacro %}

{# Stops at a concept whose value is put together from several columns of the source, or is a number to the hub. #}
{% macro check_can_be_hashed(row, source, places) %}
    {%- set name = crosswalk.concept_names(row) | select('in', var('hash_properties')) | first -%}
    {%- if row['data_type'] == 'number' -%}
        {{ exceptions.raise_compiler_error("Variable 'hash_properties' names " ~ tojson(name) ~ ", which is a number, and a hash is text. Put it into 'deny_properties'.") }}
    {%- elif places | selectattr('kind', 'equalto', 'macro') | list or (row['canonical_property'] == 'country_code' and not places) -%}
        {{ exceptions.raise_compiler_error("Variable 'hash_properties' names " ~ tojson(name) ~ ", which is made from other columns of " ~ source | capitalize ~ ". Put it into 'deny_properties', or hash those columns.") }}
    {%- endif -%}
{% endmacro %}

{# Stops at a number of the source that is to be hashed under the name that it arrives under. #}
{% macro check_no_number(source, name, behind) %}
    {%- for row in crosswalk.crosswalk_properties('event') if row['data_type'] == 'number' and behind in crosswalk.source_places(row, source) | map(attribute='name') | list -%}
        {{ exceptions.raise_compiler_error("Variable 'hash_properties' names " ~ tojson(name) ~ ", which is a number, and a hash is text. Put it into 'deny_properties'.") }}
    {%- endfor -%}
{% endmacro %}

{# A query of lines without what is private, in their order; `columns` are carried along, and a line is left alone where the condition `only` does not hold. #}
{% macro public_lines(source, relation, columns, only='true') -%}
    {#- while dbt only parses, the settings are not checked yet -#}
    {%- if not execute -%}
    select * from {{ relation }}
    {%- else -%}
    {{ crosswalk.json_private(relation, columns, 'line', only, crosswalk.private_rules(source), crosswalk.hash_key()) }}
    {%- endif -%}
{%- endmacro %}

{# The text of a line that is no JSON: what is private cannot be told from the rest, so a text with one of the names in it is withheld. #}
{% macro withheld(source, line) -%}
    case when {{ crosswalk.may_be_private(source, line) }} then {{ crosswalk.withheld_text() }} else {{ line }} end
{%- endmacro %}

{% macro may_be_private(source, line) -%}
    {%- if not execute -%}{{ return('false') }}{%- endif -%}
    {%- set rules = crosswalk.private_rules(source) -%}
    coalesce({{ crosswalk.matches(line, crosswalk.json_name_pattern(rules['denied'] + rules['hashed'], opened=true, is_word=true)) }}, false)
{%- endmacro %}

{% macro withheld_text() -%}
    '[withheld: the line names a private property]'
{%- endmacro %}

{# The statement that withholds the raw lines of Mixpanel which are put together to records, once that is done, and those that nothing was made of. #}
{% macro withhold_parts(joined, landed) -%}
    {%- if crosswalk.has_private_properties() and 'mixpanel' in var('sources') -%}
    update {{ landed }}
    set
        line = {{ crosswalk.withheld_text() }},
        has_denied = coalesce(parts.has_denied, false),
        has_hashed = coalesce(parts.has_hashed, false),
        has_deep = coalesce(parts.has_deep, false)
    from (
        select
            raw_lines.line_id,
            joined.has_denied and joined.line is not null as has_denied,
            joined.has_hashed and joined.line is not null as has_hashed,
            joined.has_deep and joined.line is not null as has_deep
        from (select {{ crosswalk.row_position() }} as line_id, line from {{ landed }} where not is_strict) as raw_lines
        left join {{ joined }} as joined on raw_lines.line_id = joined.line_id
        where
            case
                when joined.line_id is null then {{ crosswalk.may_be_private('mixpanel', 'raw_lines.line') }}
                else joined.has_denied or joined.has_hashed or joined.has_deep
            end
    ) as parts
    where {{ crosswalk.row_position() }} = parts.line_id
    {%- endif -%}
{%- endmacro %}

{# Lines whose parts are withheld cannot be put together a second time: a model that does needs them landed in the same run. #}
{% macro check_lines_are_landed(model, lines) %}
    {%- if crosswalk.has_private_properties() and execute and flags.WHICH in ('build', 'run') -%}
        {%- set landed = [] -%}
        {%- for name in selected_resources if name.endswith('.' ~ lines) -%}{%- do landed.append(name) -%}{%- endfor -%}
        {%- if not landed -%}
            {{ exceptions.raise_compiler_error("With private properties " ~ model ~ " needs the files read again: add +" ~ lines ~ " to --select, or build everything.") }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}

{# The key of the hash as a scalar subquery of the private table that `crosswalk keys set` writes: what passes through here would stand in compiled SQL. #}
{% macro hash_key() -%}
    {%- if not var('hash_properties') -%}
    ''
    {%- else -%}
    (select keys.value from {{ crosswalk.keys_table() }} as keys where keys.name = 'hash')
    {%- endif -%}
{%- endmacro %}

{% macro keys_table() -%}
    {{ api.Relation.create(database=target.get('database'), schema=target.schema, identifier='crosswalk_keys') }}
{%- endmacro %}

{# A number by which another key is told from this one, and which says nothing of it; '' where there is none. Worked out once a run. #}
{% macro hash_key_mark() %}
    {%- if 'crosswalk_hash_key' not in graph -%}
        {%- set mark = crosswalk.hash_integer("'which key ' || keys.value") -%}
        {%- set rows = run_query('select ' ~ mark ~ ' as mark from ' ~ crosswalk.keys_table() ~ " as keys where keys.name = 'hash'").rows -%}
        {%- do graph.update({'crosswalk_hash_key': rows[0][0] | string if rows else ''}) -%}
    {%- endif -%}
    {{ return(graph['crosswalk_hash_key']) }}
{% endmacro %}

{# Stops a run that hashes where there is no key. #}
{% macro check_hash_key() %}
    {%- if var('hash_properties') and execute and flags.WHICH in ('build', 'run') -%}
        {%- set table = adapter.get_relation(database=target.get('database'), schema=target.schema, identifier='crosswalk_keys') -%}
        {%- if table is none or not run_query("select 1 from " ~ crosswalk.keys_table() ~ " where name = 'hash' and value <> ''").rows | length -%}
            {{ exceptions.raise_compiler_error("Variable 'hash_properties' needs a key, and there is none in the warehouse. Type `crosswalk keys set`, then run this again.") }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
