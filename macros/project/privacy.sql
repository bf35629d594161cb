{# The regular expression of one of the literal names as a key of a JSON text: each letter as it is or as its \u escape, in either case of the digits.
   `opened` takes texts within the text too, where everything is escaped once more. #}
{% macro json_name_pattern(names, opened=false, escapes=true) %}
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
    {%- set quote = '\\\\*"' if opened else '"' -%}
    {{ return(quote ~ '(?:' ~ patterns | join('|') ~ ')' ~ quote ~ '\\s*:') }}
{% endmacro %}

{# Whether the settings name properties that are private. #}
{% macro has_private_properties() %}
    {{ return((var('deny_properties') + var('hash_properties')) | length > 0) }}
{% endmacro %}

{# The names under which a source writes what the settings name: the names themselves and, of each concept of the crosswalk that any tool calls so, the
   source's own. `spared` are the ids, times and names of events, which are no properties: those of the line itself and those among the properties. #}
{% macro private_rules(source) %}
    {%- set rules = {'spared': [crosswalk.crosswalk_rule(source ~ '_ids')('line'), crosswalk.crosswalk_rule(source ~ '_ids')('properties')]} -%}
    {%- for kind, names in {'denied': var('deny_properties'), 'hashed': var('hash_properties')}.items() -%}
        {%- set found = names | list -%}
        {%- for row in crosswalk.crosswalk_properties('event') + crosswalk.crosswalk_properties('user') -%}
            {%- set known = [row['canonical_property']] -%}
            {%- for tool in ['amplitude', 'heap', 'mixpanel', 'posthog'] -%}
                {%- for place in crosswalk.source_places(row, tool) if place['kind'] != 'macro' -%}{%- do known.append(place['name']) -%}{%- endfor -%}
            {%- endfor -%}
            {%- if known | select('in', names) | list -%}
                {%- for place in crosswalk.source_places(row, source) if place['kind'] != 'macro' -%}{%- do found.append(place['name']) -%}{%- endfor -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do rules.update({kind: found | unique | list}) -%}
    {%- endfor -%}
    {{ return(rules) }}
{% endmacro %}

{# The body of a source's `__private_lines` model: the lines that hold a private property, from a query of (line_id, line), written anew without it. #}
{% macro private_lines(source, lines) -%}
{%- if not crosswalk.has_private_properties() -%}
-- no property is private
select
    cast(null as {{ dbt.type_bigint() }}) as line_id,
    cast(null as {{ dbt.type_string() }}) as line,
    false as has_denied,
    false as has_hashed,
    false as has_deep
where false
{%- else -%}
{%- set rules = crosswalk.private_rules(source) -%}
with

named_lines as (

    select
        line_id,
        line
    from ({{ lines | indent(4) }}) as lines
    where {{ crosswalk.json_names_any('line', rules['denied'] + rules['hashed'], opened=true) }}

),

written as (

    {{ crosswalk.json_private('named_lines', 'line_id', 'line', rules, crosswalk.hash_key()) | indent(4) }}

)

select
    line_id,
    line,
    has_denied,
    has_hashed,
    has_deep
from written
where has_denied or has_hashed or has_deep
{%- endif -%}
{%- endmacro %}

{# The key of the hash as a scalar subquery of the private table that `crosswalk keys set` writes: what passes through here would stand in compiled SQL. #}
{% macro hash_key() -%}
    {%- if not var('hash_properties') -%}
    ''
    {%- else -%}
        {%- if execute and flags.WHICH in ('build', 'run', 'test') -%}
            {%- set table = adapter.get_relation(database=target.database, schema=target.schema, identifier='crosswalk_keys') -%}
            {%- if table is none or not run_query("select 1 from " ~ table ~ " where name = 'hash'").rows | length -%}
                {{ exceptions.raise_compiler_error("Variable 'hash_properties' needs a key, and there is none in the warehouse. Type `crosswalk keys set`, then run this again.") }}
            {%- endif -%}
        {%- endif -%}
    (select keys.value from {{ api.Relation.create(database=target.database, schema=target.schema, identifier='crosswalk_keys') }} as keys where keys.name = 'hash')
    {%- endif -%}
{%- endmacro %}

{# The body of a CTE with the texts of Mixpanel's records, without what is private. #}
{% macro mixpanel_public_texts() -%}
    {%- if crosswalk.has_private_properties() -%}
    select
        texts.line_id,
        coalesce(private_lines.line, texts.line) as line
    from {{ ref('stg_mixpanel__texts') }} as texts
    left join {{ ref('stg_mixpanel__private_lines') }} as private_lines on texts.line_id = private_lines.line_id
    {%- else -%}
    select * from {{ ref('stg_mixpanel__texts') }}
    {%- endif -%}
{%- endmacro %}
