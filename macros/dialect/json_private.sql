{# A query that gives (id, text, has_denied, has_hashed, has_deep) for each row of a relation of JSON object texts, without what is private. `rules` has the
   literal names: `denied` go, `hashed` keep a keyed hash of their value, at the depths 0 (the keys of the text itself) to 3, lists not counting; what lies
   deeper and holds such a name goes whole. `spared` are two lists of names that stay, at the depths 0 and 1. `secret` is the key of the hash, as a SQL
   expression. Depth by depth the values that hold private names are opened, then from the deepest on each object is written anew. #}
{% macro json_private(relation, id, text, rules, secret) -%}
    {{- return(adapter.dispatch('json_private', 'crosswalk')(relation, id, text, rules, secret)) -}}
{%- endmacro %}

{% macro default__json_private(relation, id, text, rules, secret) %}{{ crosswalk.lacks_verb('json_private') }}{% endmacro %}

{% macro duckdb__json_private(relation, id, text, rules, secret) -%}
    with

    objects_0 as (

        select
            {{ id }} as row_id,
            '' as path,
            {{ text }}::json as object
        from {{ relation }}

    ),

    {% for depth in range(3) -%}
    opened_{{ depth }} as (

        select
            row_id,
            path,
            unnest(list_filter(
                {{ crosswalk.duckdb__entries__json_private('object') }},
                lambda entry: not list_contains({{ crosswalk.duckdb__direct__json_private(rules, depth) }}, entry[1])
                and {{ crosswalk.json_names_any('entry[2]::varchar', rules['denied'] + rules['hashed'], opened=depth == 0) }}
            )) as entry
        from objects_{{ depth }}

    ),

    listed_{{ depth }} as (

        select
            row_id,
            path,
            entry[1]::varchar as name,
            json_type(entry[2]) = 'ARRAY' as is_list,
            case
                when json_type(entry[2]) = 'ARRAY' then json_extract(entry[2], '$[*]')
                {%- if depth == 0 %}
                -- an object that a lossy loader left as text
                when {{ crosswalk.is_readable_object_text('entry[2]') | indent(16) }} then [json_extract_string(entry[2], '$')::json]
                {%- endif %}
                else [entry[2]::json]
            end as elements
        from opened_{{ depth }}

    ),

    elements_{{ depth }} as (

        select
            row_id,
            path,
            name,
            is_list,
            unnest(elements) as element,
            generate_subscripts(elements, 1) as place
        from listed_{{ depth }}

    ),

    objects_{{ depth + 1 }} as (

        select
            row_id,
            path || '/' || to_json(name)::varchar || '/' || place as path,
            element as object
        from elements_{{ depth }}
        where json_type(element) = 'OBJECT'

    ),

    {% endfor -%}
    {%- for depth in [3, 2, 1, 0] -%}
    {%- if depth < 3 -%}
    values_{{ depth }} as (

        select
            elements.row_id,
            elements.path,
            elements.name,
            case when any_value(elements.is_list) then '[' else '' end
            || string_agg(case
                when written.text is not null then written.text
                -- a list in a list, or a text that cannot be opened
                when {{ crosswalk.json_names_any('elements.element::varchar', rules['denied'] + rules['hashed'], opened=depth == 0) }} then chr(3)
                else elements.element::varchar
            end, ',' order by elements.place)
            || case when any_value(elements.is_list) then ']' else '' end as text
        from elements_{{ depth }} as elements
        left join written_{{ depth + 1 }} as written
            on
                elements.row_id = written.row_id
                and elements.path || '/' || to_json(elements.name)::varchar || '/' || elements.place = written.path
        group by elements.row_id, elements.path, elements.name

    ),

    children_{{ depth }} as (

        select
            row_id,
            path,
            map(list(name), list(text)) as children
        from values_{{ depth }}
        group by row_id, path

    ),

    {% endif -%}
    written_{{ depth }} as (

        select
            objects.row_id,
            objects.path,
            '{' || array_to_string(list_transform(
                {{ crosswalk.duckdb__entries__json_private('objects.object') }},
                lambda entry: {{ crosswalk.duckdb__written__json_private(rules, depth, 'secrets.secret') | indent(16) }}
            ), ',') || '}' as text
        from objects_{{ depth }} as objects
        cross join (select {{ secret }} as secret) as secrets
        {%- if depth < 3 %}
        left join children_{{ depth }} as children on objects.row_id = children.row_id and objects.path = children.path
        {%- endif %}

    ){{ ',' if depth }}

    {% endfor -%}
    select
        row_id as {{ id }},
        regexp_replace(regexp_replace(regexp_replace(
            replace(text, chr(2), ''),
            '"(?:[^"\\]|\\.)*":\x03', chr(1), 'g'
        ), '[\x01\x03],', '', 'g'), ',?[\x01\x03]', '', 'g') as {{ text }},
        contains(text, chr(1)) as has_denied,
        contains(text, chr(2)) as has_hashed,
        contains(text, chr(3)) as has_deep
    from written_0
{%- endmacro %}

{% macro duckdb__entries__json_private(object) -%}
    list_zip(json_keys({{ object }}), json_extract({{ object }}, '$.*'))
{%- endmacro %}

{# The names that are private as keys at a depth. #}
{% macro duckdb__direct__json_private(rules, depth, kinds=['denied', 'hashed']) -%}
    {%- set spared = rules['spared'][depth] if depth < 2 else [] -%}
    {%- set names = [] -%}
    {%- for kind in kinds -%}{%- do names.extend(rules[kind] | reject('in', spared) | list) -%}{%- endfor -%}
    {{ crosswalk.text_list(names) }}
{%- endmacro %}

{# One key with its value, or a mark where it went: 1 denied, 2 hashed (before the key), 3 too deep. No strict JSON text holds such a character. #}
{% macro duckdb__written__json_private(rules, depth, secret) -%}
    case
        when list_contains({{ crosswalk.duckdb__direct__json_private(rules, depth, ['denied']) }}, entry[1]) then chr(1)
        {%- if rules['hashed'] %}
        when list_contains({{ crosswalk.duckdb__direct__json_private(rules, depth, ['hashed']) }}, entry[1])
            then chr(2) || to_json(entry[1])::varchar || ':' || {{ crosswalk.duckdb__hash__json_private('entry[2]', secret) | indent(12) }}
        {%- endif %}
        {%- if depth == 3 %}
        when {{ crosswalk.json_names_any('entry[2]::varchar', rules['denied'] + rules['hashed']) }} then chr(3)
        {%- else %}
        when children.children is not null and map_contains(children.children, entry[1]::varchar)
            then to_json(entry[1])::varchar || ':' || map_extract(children.children, entry[1]::varchar)[1]
        {%- endif %}
        else to_json(entry[1])::varchar || ':' || entry[2]::varchar
    end
{%- endmacro %}

{# sha256(key || sha256(key || value)) as a JSON string; of a list each element. Nothing and the empty text stay what they are. #}
{% macro duckdb__hash__json_private(value, secret) -%}
    case
        when json_type({{ value }}) = 'NULL' or {{ value }}::varchar = '""' then {{ value }}::varchar
        when json_type({{ value }}) = 'ARRAY'
            then '[' || array_to_string(list_transform(
                json_extract({{ value }}, '$[*]'),
                lambda element: case
                    when json_type(element) = 'NULL' or element::varchar = '""' then element::varchar
                    else '"' || sha256({{ secret }} || sha256({{ secret }} || json_extract_string(element, '$'))) || '"'
                end
            ), ',') || ']'
        else '"' || sha256({{ secret }} || sha256({{ secret }} || json_extract_string({{ value }}, '$'))) || '"'
    end
{%- endmacro %}
