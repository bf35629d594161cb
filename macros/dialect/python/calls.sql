{# Snowflake, Redshift and BigQuery take JSON apart by functions in Python: the text of scripts/crosswalk/json_functions.py. A PARSE_JSON or JSON_PARSE of theirs would write keys and
   numbers anew, and what is sent and hashed would not be what stands in the export. One SQL function for each type of result; its first argument says which
   function of Python is meant. #}

{# The name of one of those functions. Amazon Redshift Database Developer Guide, Preventing UDF naming conflicts: names of one's own begin with f_.
   On BigQuery a function takes minutes to be made, so its name tells its text, and one that is there is left. #}
{% macro python__function(kind) -%}
    {{- return(adapter.dispatch('python_function', 'crosswalk')(kind)) -}}
{%- endmacro %}

{% macro default__python_function(kind) -%}
    crosswalk_{{ kind }}
{%- endmacro %}

{% macro snowflake__python_function(kind) -%}
    {{ target.database }}.{{ target.schema }}.crosswalk_{{ kind }}
{%- endmacro %}

{% macro redshift__python_function(kind) -%}
    {{ adapter.quote(target.schema) }}.f_crosswalk_{{ kind }}
{%- endmacro %}

{# The name tells the text of the functions: one that is there is left. #}
{% macro bigquery__python_function(kind) -%}
    {{ adapter.quote(target.database) }}.{{ adapter.quote(target.schema) }}.crosswalk_{{ kind }}_{{ local_md5(crosswalk.python__source())[:8] }}
{%- endmacro %}

{# A call with SQL expressions, up to four; `kind` is text, flag (boolean), count (bigint) or number (double). #}
{% macro python__call(kind, name, expressions) -%}
    {{ crosswalk.python__function(kind) }}('{{ name }}', {{ (expressions + ['null', 'null', 'null'])[:4] | join(', ') }})
{%- endmacro %}

{# What the version of the text has to be on a warehouse that has a copy of its own. #}
{% macro python__version() -%}
    2
{%- endmacro %}

{# A list of literal texts, which is a JSON array as text here. #}
{% macro python__text_list(texts) -%}
    {%- set written = [] -%}
    {%- for text in texts -%}{%- do written.append(text | string) -%}{%- endfor -%}
    {{- crosswalk.literal(crosswalk.python__json_array(written)) -}}
{%- endmacro %}

{# JSON of a list of strings; Jinja's own `tojson` writes letters as escapes, which is the same list. #}
{% macro python__json_array(texts) -%}
    {{- return(tojson(texts)) -}}
{%- endmacro %}

{# One of the values that `json_pick` or `json_pick_text` gave: they stand between U+0001, each behind a sign, so that a null is none. #}
{% macro python__picked(picked, place) -%}
    {{- return(adapter.dispatch('python_picked', 'crosswalk')(picked, place)) -}}
{%- endmacro %}

{% macro default__python_picked(picked, place) -%}
    substr(nullif(split_part({{ picked }}, chr(1), {{ place }}), ''), 2)
{%- endmacro %}

{# GoogleSQL, String functions: SPLIT, CHR. #}
{% macro bigquery__python_picked(picked, place) -%}
    substr(nullif(split({{ picked }}, chr(1))[safe_ordinal({{ place }})], ''), 2)
{%- endmacro %}

{# The same where a text may hold the two control characters itself. #}
{% macro python__picked_text(picked, place) -%}
    replace(replace({{ crosswalk.python__picked(picked, place) }}, chr(2) || 'a', chr(1)), chr(2) || 'b', chr(2))
{%- endmacro %}

{# Keys of an order (a list of expressions) as one text that sorts as they do; null comes last, as in the other engines. The keys stand apart by a character below all others. #}
{% macro python__sort_key(order_by) -%}
    {%- for key in order_by -%}
    coalesce({{ crosswalk.python__function('sort_key') }}({{ key }}), '~'){{ ' || chr(1) || ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# The value at the least or greatest key on Redshift, where it is not null. Values are texts, or times where their name ends with _at. #}
{% macro redshift__chosen(aggregate, value, order_by, where=none) -%}
    {%- set packed = aggregate ~ "(case when " ~ value ~ " is not null" ~ (' and ' ~ where if where else '') ~ " then " ~ crosswalk.python__sort_key(order_by)
        ~ " || chr(2) || " ~ crosswalk.python__function('sort_key') ~ "(" ~ value ~ ") end)" -%}
    cast(substring({{ packed }}, strpos({{ packed }}, chr(2)) + 1) as {{ 'timestamp' if value.endswith('_at') else dbt.type_string() }})
{%- endmacro %}

{# The pairs of `json_build` with commas between them; one whose value is null is left out. #}
{% macro python__joined(pairs) -%}
    substr(''
    {%- for pair in pairs %}
        || coalesce(',' || {{ pair[0] }} || ':' || {{ pair[1] }}, '')
    {%- endfor %}, 2)
{%- endmacro %}

{# What stands in several objects, with commas between them. #}
{% macro python__joined_members(objects) -%}
    substr(''
    {%- for object in objects %}
        || coalesce(',' || {{ crosswalk.json_members(object) }}, '')
    {%- endfor %}, 2)
{%- endmacro %}

{# Whether a text stands in an object's text. #}
{% macro python__holds(object, text) -%}
    {{- return(adapter.dispatch('python_holds', 'crosswalk')(object, text)) -}}
{%- endmacro %}

{% macro default__python_holds(object, text) -%}
    position({{ crosswalk.literal(text) }} in {{ object }}) > 0
{%- endmacro %}

{# GoogleSQL, String functions: STRPOS. #}
{% macro bigquery__python_holds(object, text) -%}
    strpos({{ object }}, {{ crosswalk.literal(text) }}) > 0
{%- endmacro %}

{# A UUID of version 5 of the hex digits of a hash. #}
{% macro python__uuid(digest) -%}
    substr({{ digest }}, 1, 8) || '-' || substr({{ digest }}, 9, 4) || '-5' || substr({{ digest }}, 14, 3) || '-'
    || translate(substr({{ digest }}, 17, 1), '0123456789abcdef', '89ab89ab89ab89ab') || substr({{ digest }}, 18, 3) || '-' || substr({{ digest }}, 21, 12)
{%- endmacro %}

{# The verb file_stamps, by a hash of a line's columns. A settled file that has another count of lines is read after all, or the next build would not know it again. #}
{% macro python__file_stamps(hash, table, before, settled, settled_query) -%}
    {%- set stamps, grown = {}, [] -%}
    {%- set only_new = "case when settled_file is null then " ~ hash ~ " end" if settled else hash -%}
    {%- set lines = table ~ " left join (" ~ settled_query ~ ") as settled_files on file = settled_file" if settled else table -%}
    {%- for row in (run_query(crosswalk.python__stamps_query(only_new, lines)).rows if execute else []) -%}
        {%- set is_settled = row[0] in settled -%}
        {%- if is_settled and not before.get(row[0], '').startswith(row[1]) -%}{%- do grown.append(row[0]) -%}{%- endif -%}
        {%- do stamps.update({row[0]: before[row[0]] if is_settled and row[0] not in grown else row[1] ~ row[2]}) -%}
    {%- endfor -%}
    {%- for files in grown | batch(500) -%}
        {%- set of_files = table ~ " where file in (" ~ crosswalk.literals(files) ~ ")" -%}
        {%- for row in run_query(crosswalk.python__stamps_query(hash, of_files)).rows -%}{%- do stamps.update({row[0]: row[1] ~ row[2]}) -%}{%- endfor -%}
    {%- endfor -%}
    {{- return(stamps) -}}
{%- endmacro %}

{# A query of the file, the count and the summed hash of its lines. #}
{% macro python__stamps_query(hash, lines) -%}
    select file, cast(count(*) as {{ dbt.type_string() }}) || ' lines, ', cast(sum({{ hash }}) as {{ dbt.type_string() }}) from {{ lines }} group by file
{%- endmacro %}

{# The second of two lists on Redshift: the value `x.value` of an unfolded list brings its own list along. #}
{% macro redshift__nested(verb, list, alias) -%}
    {%- if not modules.re.match('^[a-z_]+[.]value$', list) -%}{{ crosswalk.lacks_verb(verb) }}{%- endif -%}
    {{ list[:-6] }}.list as {{ alias }}
{%- endmacro %}

{# An order (a list of expressions) for ARRAY_AGG in which null is the last; GoogleSQL takes it for the least, and knows no NULLS LAST in an aggregate. #}
{% macro bigquery__nulls_last(order_by) -%}
    {%- for key in order_by -%}
    {{ key }} is null, {{ key }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# The same order the other way round: null is the first. #}
{% macro bigquery__nulls_first(order_by) -%}
    {%- for key in order_by -%}
    {{ key }} is null desc, {{ key }} desc{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# A list within a list on BigQuery: of a value `x.value` of an unfolded list its text. #}
{% macro bigquery__inner(list) -%}
    {{ crosswalk.entry(list[:-6], 'value') if modules.re.match('^[a-z_]+[.]value$', list) else list }}
{%- endmacro %}
