{# A query that gives each row of a relation, in its order, with `text` less what is private and with has_denied, has_hashed, has_deep. `columns` are carried along.
   A text is a JSON object, or is left alone where the condition `only` does not hold. `rules` has the literal names: of `denied` the whole key goes, of
   `hashed` the value becomes a keyed hash, at the depths 0 (the keys of the text itself) to 3, lists not counting; what lies deeper and holds such a name
   goes whole. `deeper` has the keys under which so many levels do not count, `texts` the keys whose value may be an object written as text: it is opened
   where it holds something private. `spared` names stay at depth 0. `secret` is the key of the hash, as a SQL expression.
   A text that hashes make longer than `longest_line` says is ''. #}
{% macro json_private(relation, columns, text, only, rules, secret) -%}
    {{- return(adapter.dispatch('json_private', 'crosswalk')(relation, columns, text, only, rules, secret)) -}}
{%- endmacro %}

{% macro default__json_private(relation, columns, text, only, rules, secret) %}{{ crosswalk.lacks_verb('json_private') }}{% endmacro %}

{# Most texts are cut at the names and put together again, which is four times as fast as the regular expressions that the others need; taking objects apart
   key by key took ten times as long. In JSON without white space `{"` and `,"` begin a key and nothing else. Marks, which no JSON holds, say what became of a
   value: 1 denied, 2 hashed, 3 too deep; 4 stands in a name that is spared. #}
{% macro duckdb__json_private(relation, columns, text, only, rules, secret) -%}
    {%- set names = (rules['denied'] + rules['hashed']) | unique(case_sensitive=true) | list -%}
    {%- set spared = names | select('in', rules['spared']) | list -%}
    with

    candidates as (

        select
            given.*,
            {{ secret }} as secret,
            case
                when not coalesce({{ only }}, false) then null
                when {{ crosswalk.duckdb__may_name__json_private('given.' ~ text, names) }} then json(given.{{ text }})::varchar
            end as plain_text
        from {{ relation }} as given

    ),

    opened as (

        select
            *,
            {%- if rules['texts'] %}
            case
                when case when contains(plain_text, '\"') then regexp_matches(plain_text, {{ crosswalk.literal(crosswalk.duckdb__texts__json_private(rules)) }}) else false end
                    then {{ crosswalk.duckdb__opened__json_private('plain_text', rules, names) | indent(20) }}
                else plain_text
            end as open_text
            {%- else %}
            plain_text as open_text
            {%- endif %}
        from candidates

    ),

    named as (

        select
            *,
            case
                when {{ crosswalk.duckdb__may_hold__json_private('open_text', names) }} then {{ crosswalk.duckdb__without__json_private('open_text', spared) | indent(20) }}
                when contains(open_text, chr(3)) then open_text
            end as named_text
        from opened

    ),

    cuttable as (

        select
            *,
            {%- if spared or names | length > 12 %}
            cast(null as varchar) as cut_text
            {%- else %}
            case
                when named_text is null or contains(named_text, chr(3)) then null
                when {% for name in names %}contains(named_text, '\' || {{ crosswalk.duckdb__key__json_private(name) }}){{ ' or ' if not loop.last }}{% endfor %} then null
                when length(replace(named_text, '{}', '')) - length(replace(replace(named_text, '{}', ''), '{', '')) <= 4
                    or {{ crosswalk.duckdb__fits__json_private('named_text', 4) }}
                    then named_text
            end as cut_text
            {%- endif %}
        from named

    ),
    {%- set cut = namespace(relation='cuttable') %}
    {%- set is_cut = not spared and names | length <= 12 %}
    {%- for name in (rules['hashed'] + rules['denied'] if is_cut else []) %}

    {{ crosswalk.duckdb__cut__json_private(cut.relation, loop.index, name, name in rules['hashed']) | indent(4) }},
    {%- set cut.relation = 'cut_' ~ loop.index %}
    {%- endfor %}

    judged as (

        select
            *,
            coalesce({{ crosswalk.duckdb__uncut__json_private('cut_text', rules) }}, true) as is_left
        from {{ cut.relation }}

    ),

    bounded as (

        select
            *,
            case
                when named_text is null or not is_left then null
                when {{ crosswalk.duckdb__fits__json_private('named_text', 4) }} then named_text
                when {{ crosswalk.duckdb__fits__json_private('named_text', 12) }}
                    then {{ crosswalk.duckdb__shallow__json_private('named_text', rules, names) | indent(20) }}
            end as bounded_text
        from judged

    ),

    written as (

        select
            *,
            {{ crosswalk.duckdb__written__json_private('bounded_text', rules) | indent(12) }} as written_text
        from bounded

    ),

    marked as (

        select
            *,
            case
                when named_text is null then null
                when not is_left then cut_text
                when coalesce(not {{ crosswalk.duckdb__left__json_private('written_text', names) }}, false) then replace(written_text, chr(4), '')
                -- no pattern reaches so deep: every key of the text itself that holds such a name goes whole
                else replace('{' || array_to_string(list_transform(
                    list_zip(json_keys(replace(named_text, chr(4), '')), json_extract(replace(named_text, chr(4), ''), '$.*')),
                    lambda entry: case
                        when {{ crosswalk.duckdb__names__json_private("'{' || to_json(entry[1])::varchar || ':' || entry[2]::varchar", names) }} then chr(3)
                        else to_json(entry[1])::varchar || ':' || entry[2]::varchar
                    end
                ), ',') || '}', chr(4), '')
            end as marked_text
        from written

    )

    select
        {%- for column in columns %}
        {{ column }},
        {%- endfor %}
        case
            when contains(marked_text, chr(1)) or contains(marked_text, chr(3))
                then replace(replace(replace(replace(replace(marked_text, chr(2), ''), chr(3), chr(1)), ',' || chr(1), ''), chr(1) || ',', ''), chr(1), '')
            when contains(marked_text, chr(2)) then replace(marked_text, chr(2), '')
            else {{ text }}
        end as {{ text }},
        coalesce(contains(marked_text, chr(1)), false) as has_denied,
        coalesce(contains(marked_text, chr(2)), false) as has_hashed,
        coalesce(contains(marked_text, chr(3)), false) as has_deep
    from marked
{%- endmacro %}

{# Whether a JSON text as it was written may hold one of the names as a key: a look at the plain letters, since any of them may be written as an escape. #}
{% macro duckdb__may_name__json_private(text, names) -%}
    {%- set parts = crosswalk.plain_parts(names) -%}
    {%- if '' in parts -%}
    true
    {%- elif parts | length <= 3 -%}
    contains({{ text }}, '\u00'){% for part in parts %} or contains({{ text }}, {{ crosswalk.literal(part) }}){% endfor -%}
    {%- else -%}
    contains({{ text }}, '\u00') or regexp_matches({{ text }}, {{ crosswalk.literal(parts | map('replace', '$', '[$]') | join('|')) }})
    {%- endif -%}
{%- endmacro %}

{# Whether one of the names may be a key: the end of another key looks the same. #}
{% macro duckdb__may_hold__json_private(text, names) -%}
    {%- if names | length > 6 -%}
    {{ crosswalk.duckdb__names__json_private(text, names) }}
    {%- else -%}
    ({% for name in names %}contains({{ text }}, {{ crosswalk.duckdb__key__json_private(name) }}){{ ' or ' if not loop.last }}{% endfor %})
    {%- endif -%}
{%- endmacro %}

{# A name as a key, as DuckDB writes it. #}
{% macro duckdb__key__json_private(name) -%}
    {{ crosswalk.literal('"' ~ crosswalk.duckdb__letters__json_private(name) ~ '":') }}
{%- endmacro %}

{# The next CTE, whose texts are cut at one name: what follows begins with the value. #}
{% macro duckdb__cut__json_private(relation, number, name, is_hashed) -%}
    {%- set key = crosswalk.duckdb__key__json_private(name) -%}
    {%- set value = crosswalk.literal('^' ~ crosswalk.duckdb__value__json_private()) -%}
    {%- set goes = "regexp_replace(piece, " ~ value ~ ", " ~ ("e'\\x02\\x05\\\\0\\x05'" if is_hashed else "chr(1)") ~ ")" -%}
cut_{{ number }}{{ '_values' if is_hashed }} as (

    -- a lambda in one of the branches of a `case` takes twice the time, so the others give null
    select * replace (
        coalesce(replace(array_to_string(list_transform(
            string_split(case when contains(cut_text, {{ key }}) then cut_text end, {{ key }}),
            lambda piece, place: case when place = 1 then piece else {{ goes }} end
        ), {{ key }}), {{ key }} || chr(1), chr(1)), cut_text) as cut_text
    )
    from {{ relation }}

)
    {%- if is_hashed %},

cut_{{ number }} as (

    select * replace (
        coalesce(array_to_string(list_transform(
            string_split(case when contains(cut_text, chr(5)) then cut_text end, chr(5)),
            lambda piece, place: case when place % 2 = 1 then piece else {{ crosswalk.duckdb__hash__json_private('piece', 'secret') | indent(12) }} end
        ), ''), cut_text) as cut_text
    )
    from cut_{{ number }}_values

)
    {%- endif %}
{%- endmacro %}

{# Whether something is left after that: a name within another's value, or one that is the end of a key. #}
{% macro duckdb__uncut__json_private(text, rules) -%}
    {%- for name in rules['hashed'] -%}
    contains(replace({{ text }}, {{ crosswalk.duckdb__key__json_private(name) }} || chr(2), ''), {{ crosswalk.duckdb__key__json_private(name) }}){{ ' or ' if rules['denied'] or not loop.last }}
    {%- endfor -%}
    {%- for name in rules['denied'] -%}
    contains({{ text }}, {{ crosswalk.duckdb__key__json_private(name) }}){{ ' or ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# A JSON value as a regular expression, to a depth that is looked at afterwards. #}
{% macro duckdb__value__json_private() -%}
    (?:"(?:[^"\\]|\\.)*"|[^"{}\[\],]+|{{ crosswalk.duckdb__nested__json_private(6) }})
{%- endmacro %}

{# Strings, and objects or lists of so many levels, as regular expressions. #}
{% macro duckdb__nested__json_private(levels) -%}
    {%- set string = '"(?:[^"\\\\]|\\\\.)*"' -%}
    {%- set nested = namespace(pattern='[{\\[](?:[^"{}\\[\\]]|' ~ string ~ ')*[}\\]]') -%}
    {%- for level in range(levels - 1) -%}{%- set nested.pattern = '[{\\[](?:[^"{}\\[\\]]|' ~ string ~ '|' ~ nested.pattern ~ ')*[}\\]]' -%}{%- endfor -%}
    {{- nested.pattern -}}
{%- endmacro %}

{# What may stand in an object that has so many levels below it, lists not counting. #}
{% macro duckdb__within__json_private(levels) -%}
    {%- set within = namespace(pattern='(?:[^"{}]|"(?:[^"\\\\]|\\\\.)*")*') -%}
    {%- for level in range(levels) -%}{%- set within.pattern = '(?:[^"{}]|"(?:[^"\\\\]|\\\\.)*"|\\{' ~ within.pattern ~ '\\})*' -%}{%- endfor -%}
    {{- within.pattern -}}
{%- endmacro %}

{# A name as it stands in JSON that DuckDB wrote, and all names as a regular expression. #}
{% macro duckdb__letters__json_private(name) -%}
    {%- for letter in name | list -%}
        {%- set code = letter.encode('utf-16-be').hex() -%}
        {{- {'"': '\\"', '\\': '\\\\', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t'}.get(letter)
            or ('\\u' ~ (code | upper) if code | length == 4 and code < '0020' else letter) -}}
    {%- endfor -%}
{%- endmacro %}

{% macro duckdb__pattern__json_private(names) -%}
    {%- set patterns = [] -%}
    {%- for name in names -%}{%- do patterns.append(modules.re.escape(crosswalk.duckdb__letters__json_private(name))) -%}{%- endfor -%}
    (?:{{ patterns | join('|') }})
{%- endmacro %}

{% macro duckdb__names__json_private(text, names) -%}
    regexp_matches({{ text }}, {{ crosswalk.literal('[{,]"' ~ crosswalk.duckdb__pattern__json_private(names) ~ '":') }})
{%- endmacro %}

{# Whether marked text still holds one of the names in front of a value that is no hash. #}
{% macro duckdb__left__json_private(text, names) -%}
    regexp_matches({{ text }}, {{ crosswalk.literal('[{,]"' ~ crosswalk.duckdb__pattern__json_private(names) ~ '":[^\\x02]') }})
{%- endmacro %}

{# Whether a JSON text has objects at no more than so many levels. #}
{% macro duckdb__fits__json_private(text, levels) -%}
    regexp_full_match({{ text }}, {{ crosswalk.literal(crosswalk.duckdb__within__json_private(levels)) }})
{%- endmacro %}

{# A text with every place of a pattern's second group worked on: `piece` is what the expression `worked` calls it. #}
{% macro duckdb__pieces__json_private(text, pattern, worked, kept='\\\\1') -%}
    array_to_string(list_transform(
        string_split(regexp_replace({{ text }}, {{ crosswalk.literal(pattern) }}, e'{{ kept }}\x05\\2\x05', 'g'), chr(5)),
        lambda piece, place: case when place % 2 = 1 then piece else {{ worked }} end
    ), '')
{%- endmacro %}

{# The keys with a text that begins like an object. #}
{% macro duckdb__texts__json_private(rules) -%}
    ([{,])("{{ crosswalk.duckdb__pattern__json_private(rules['texts']) }}":"(?: |\\[ntr])*\{(?:[^"\\]|\\.)*")
{%- endmacro %}

{# Objects that are written as text, opened where they hold something private; what nobody can open goes whole. #}
{% macro duckdb__opened__json_private(text, rules, names) -%}
    {%- set key = "regexp_extract(piece, '^\"(?:[^\"\\\\]|\\\\.)*\":')" -%}
    {%- set value = "substr(piece, length(" ~ key ~ ") + 1)::json" -%}
    {%- set worked -%}
        case
            when not {{ crosswalk.json_names_any('piece', names, opened=true) }} then piece
            when {{ crosswalk.is_readable_object_text(value) }} then {{ key }} || json(json_extract_string({{ value }}, '$'))::varchar
            else chr(3)
        end
    {%- endset -%}
    {{- crosswalk.duckdb__pieces__json_private(text, crosswalk.duckdb__texts__json_private(rules), worked) -}}
{%- endmacro %}

{# The object's own keys of some names marked, so that no pattern finds them. #}
{% macro duckdb__without__json_private(text, spared) -%}
    {%- if not spared -%}
    {{ text }}
    {%- else -%}
    '{' || array_to_string(list_transform(
        list_zip(json_keys({{ text }}), json_extract({{ text }}, '$.*')),
        lambda entry: case when list_contains({{ crosswalk.text_list(spared) }}, entry[1]) then '"' || chr(4) || substr(to_json(entry[1])::varchar, 2) else to_json(entry[1])::varchar end
        || ':' || entry[2]::varchar
    ), ',') || '}'
    {%- endif -%}
{%- endmacro %}

{# A text in which the values at depth 3 that hold a name deeper down are gone. The braces of the upper levels, and of those that do not count, are written as
   14 and 15 meanwhile, level by level from the outside; what then stands in braces is too deep. #}
{% macro duckdb__shallow__json_private(text, rules, names) -%}
    {%- set string = '"(?:[^"\\\\]|\\\\.)*"' -%}
    {%- set outermost = '([^"{}]*(?:' ~ string ~ '[^"{}]*)*)\\{(' ~ crosswalk.duckdb__within__json_private(12) ~ ')\\}' -%}
    {%- set coded = namespace(text=text, piece='') -%}
    {%- for key, levels in rules['deeper'].items() -%}
        {%- set coded.piece = 'piece' -%}
        {%- for level in range(levels) -%}
            {%- set coded.piece = "regexp_replace(" ~ coded.piece ~ ", " ~ crosswalk.literal(outermost) ~ ", e'\\\\1\\x0e\\\\2\\x0f', 'g')" -%}
        {%- endfor -%}
        {%- set pattern = '([{,\\x0e]"' ~ crosswalk.duckdb__pattern__json_private([key]) ~ '":)(' ~ crosswalk.duckdb__nested__json_private(12) ~ ')' -%}
        {%- set coded.text = crosswalk.duckdb__pieces__json_private(coded.text, pattern, coded.piece) -%}
    {%- endfor -%}
    {%- for level in range(4) -%}
        {%- set coded.text = "regexp_replace(" ~ coded.text ~ ", " ~ crosswalk.literal(outermost) ~ ", e'\\\\1\\x0e\\\\2\\x0f', 'g')" -%}
    {%- endfor -%}
    {%- set inner = crosswalk.duckdb__nested__json_private(12).replace('[^"{}\\[\\]]', '[^"{}\\[\\]\\x0e\\x0f]') -%}
    {%- set worked = 'case when ' ~ crosswalk.duckdb__names__json_private('piece', names) ~ ' then chr(3) else piece end' -%}
    translate({{ crosswalk.duckdb__pieces__json_private(coded.text, '([,\\x0e])(' ~ string ~ ':' ~ inner ~ ')', worked) }}, chr(14) || chr(15), '{}')
{%- endmacro %}

{# A text with all that is private marked, at whatever depth. What is hashed goes first, so that of a name within another the outer one counts. #}
{% macro duckdb__written__json_private(text, rules) -%}
    {%- set value = crosswalk.duckdb__value__json_private() -%}
    {%- set written = namespace(text=text) -%}
    {%- if rules['hashed'] -%}
        {%- set pattern = '([{,]"' ~ crosswalk.duckdb__pattern__json_private(rules['hashed']) ~ '":)(' ~ value ~ ')' -%}
        {#- what was too deep in the value is gone already -#}
        {%- set shallow = "replace(replace(replace(piece, ',' || chr(3), ''), chr(3) || ',', ''), chr(3), '')" -%}
        {%- set worked = crosswalk.duckdb__hash__json_private(shallow, 'secret') -%}
        {%- set written.text -%}
    case
        when {{ crosswalk.duckdb__names__json_private(text, rules['hashed']) }} then {{ crosswalk.duckdb__pieces__json_private(text, pattern, 'chr(2) || ' ~ worked) }}
        else {{ text }}
    end
        {%- endset -%}
    {%- endif -%}
    {%- if rules['denied'] -%}
        {%- set pattern = '([{,])"' ~ crosswalk.duckdb__pattern__json_private(rules['denied']) ~ '":' ~ value -%}
        {%- set written.text -%}
    regexp_replace({{ written.text }}, {{ crosswalk.literal(pattern) }}, e'\\1\x01', 'g')
        {%- endset -%}
    {%- endif -%}
    {{ written.text }}
{%- endmacro %}

{# sha256(key || sha256(key || value)) of a JSON text, as a JSON string; of a list each element. Nothing and the empty text stay what they are. #}
{% macro duckdb__hash__json_private(value, secret) -%}
    case
        when {{ value }} in ('null', '""') then {{ value }}
        when starts_with({{ value }}, '[')
            then '[' || array_to_string(list_transform(
                json_extract({{ value }}::json, '$[*]')::varchar[],
                lambda element: case when element in ('null', '""') then element else {{ crosswalk.duckdb__hashed__json_private('element', secret) }} end
            ), ',') || ']'
        else {{ crosswalk.duckdb__hashed__json_private(value, secret) }}
    end
{%- endmacro %}

{% macro duckdb__hashed__json_private(value, secret) -%}
    {%- set content -%}
    case
        when not starts_with({{ value }}, '"') then {{ value }}
        when contains({{ value }}, '\') then json_extract_string({{ value }}::json, '$')
        else substr({{ value }}, 2, length({{ value }}) - 2)
    end
    {%- endset -%}
    '"' || sha256({{ secret }} || sha256({{ secret }} || {{ content }})) || '"'
{%- endmacro %}

{# The text is taken apart level by level. PostgreSQL manual, 9.16 JSON Functions and Operators, 9.7.3 POSIX Regular Expressions. #}
{% macro postgres__json_private(relation, columns, text, only, rules, secret) -%}
    {%- set names = (rules['denied'] + rules['hashed']) | unique(case_sensitive=true) | list -%}
    {%- set patterns = {
        'pattern': crosswalk.json_name_pattern(names, opened=true),
        'text_pattern': '"' ~ crosswalk.duckdb__pattern__json_private(rules['texts']) ~ '":"(?: |\\\\[ntr])*[{]',
    } -%}
    {%- set given = dict(rules, **patterns) -%}
    select
        {%- for column in columns %}
        {{ column }},
        {%- endfor %}
        case when found.marks is null then {{ text }} else found.public end as {{ text }},
        coalesce(strpos(found.marks, 'd') > 0, false) as has_denied,
        coalesce(strpos(found.marks, 'h') > 0, false) as has_hashed,
        coalesce(strpos(found.marks, 'p') > 0, false) as has_deep
    from (select {{ crosswalk.literal(tojson(given)) }}::jsonb as rules, {{ secret }}::text as secret) as settings
    cross join {{ relation }} as given_lines
    cross join lateral {{ crosswalk.postgres__function('json_private') }}(
        case when {{ only }} then given_lines.{{ text }} end, settings.rules, settings.secret
    ) as found
{%- endmacro %}

{% macro snowflake__json_private(relation, columns, text, only, rules, secret) -%}
    {{- return(crosswalk.python__json_private(relation, columns, text, only, rules, secret)) -}}
{%- endmacro %}

{% macro redshift__json_private(relation, columns, text, only, rules, secret) -%}
    {{- return(crosswalk.python__json_private(relation, columns, text, only, rules, secret)) -}}
{%- endmacro %}

{% macro bigquery__json_private(relation, columns, text, only, rules, secret) -%}
    {{- return(crosswalk.python__json_private(relation, columns, text, only, rules, secret)) -}}
{%- endmacro %}

{# A function in Python takes the text apart, where it may hold one of the names at all. It gives three characters that say what was done, and the text behind
   them; null where nothing was. #}
{% macro python__json_private(relation, columns, text, only, rules, secret) -%}
    {%- set names = (rules['denied'] + rules['hashed']) | unique(case_sensitive=true) | list -%}
    {%- set given = dict(rules, pattern=crosswalk.json_name_pattern(names, opened=true)) -%}
    {%- set longest = crosswalk.literal(crosswalk.longest_line()) if crosswalk.longest_line() else none -%}
    select
        {%- for column in columns %}
        {{ column }},
        {%- endfor %}
        case when public_parts is null then {{ text }} else substr(public_parts, 4) end as {{ text }},
        coalesce(substr(public_parts, 1, 1) = 'd', false) as has_denied,
        coalesce(substr(public_parts, 2, 1) = 'h', false) as has_hashed,
        coalesce(substr(public_parts, 3, 1) = 'p', false) as has_deep
    from (
        select
            {%- for column in columns %}
            given_lines.{{ column }},
            {%- endfor %}
            given_lines.{{ text }},
            case
                when {{ only }} and ({{ crosswalk.python__may_name__json_private('given_lines.' ~ text, names) }})
                    then {{ crosswalk.python__call('text', 'json_private', ['given_lines.' ~ text, crosswalk.literal(tojson(given)), 'settings.hash_key'] + ([longest] if longest else [])) }}
            end as public_parts
        from {{ relation }} as given_lines
        cross join (select cast({{ secret }} as {{ dbt.type_string() }}) as hash_key) as settings
    ) as taken_apart
{%- endmacro %}

{% macro python__may_name__json_private(text, names) -%}
    {%- set parts = crosswalk.plain_parts(names) -%}
    {%- if '' in parts -%}
    true
    {%- else -%}
    {{ crosswalk.python__holds(text, '\\u00') }}{% for part in parts %} or {{ crosswalk.python__holds(text, part) }}{% endfor -%}
    {%- endif -%}
{%- endmacro %}
