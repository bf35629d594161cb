{# A query that gives (id, text) for each row of a relation, with the last of duplicate keys kept at every depth. It walks the values in
   document order (`json_tree`), leaves out those that a later twin or a twin of an ancestor hides, and writes the text anew. #}
{% macro json_last_key_wins(relation, id, text) -%}
    {{- return(adapter.dispatch('json_last_key_wins', 'crosswalk')(relation, id, text)) -}}
{%- endmacro %}

{% macro default__json_last_key_wins(relation, id, text) %}{{ crosswalk.lacks_verb('json_last_key_wins') }}{% endmacro %}

{% macro duckdb__json_last_key_wins(relation, id, text) -%}
    with recursive

    nodes as (
        select
            source_rows.{{ id }} as row_id,
            tree.id as node_id,
            tree.parent as parent_id,
            tree.key as node_key,
            tree.type as node_type,
            case when tree.type in ('OBJECT', 'ARRAY') then '' else tree.value::varchar end as scalar_text,
        from {{ relation }} as source_rows, json_tree(source_rows.{{ text }}) as tree
    ),

    twins as (
        select
            children.*,
            parents.node_type as parent_type,
            coalesce(parents.node_type = 'OBJECT', false)
            and row_number() over (
                partition by children.row_id, children.parent_id, children.node_key
                order by children.node_id desc
            ) > 1 as is_hidden,
        from nodes as children
        left join nodes as parents
            on children.row_id = parents.row_id and children.parent_id = parents.node_id
    ),

    alive as (
        select row_id, node_id, node_key, parent_type, node_type, scalar_text, 0 as depth, [node_type]::varchar[] as stack,
        from twins
        where parent_id is null

        union all

        select
            twins.row_id, twins.node_id, twins.node_key, twins.parent_type, twins.node_type, twins.scalar_text,
            alive.depth + 1, list_append(alive.stack, twins.node_type),
        from twins
        inner join alive on twins.row_id = alive.row_id and twins.parent_id = alive.node_id
        where not twins.is_hidden
    ),

    pieces as (
        select
            row_id,
            node_id,
            case when depth > coalesce(lag(depth) over document, -1) then '' else ',' end
            || case when parent_type = 'OBJECT' then to_json(node_key)::varchar || ':' else '' end
            || case node_type when 'OBJECT' then '{' when 'ARRAY' then '[' else scalar_text end
            || array_to_string(list_transform(
                list_reverse(stack[coalesce(lead(depth) over document, 0) + 1:]),
                lambda kind: case kind when 'OBJECT' then '}' when 'ARRAY' then ']' else '' end
            ), '') as piece,
        from alive
        window document as (partition by row_id order by node_id)
    )

    select row_id as {{ id }}, string_agg(piece, '' order by node_id) as {{ text }},
    from pieces
    group by row_id
{%- endmacro %}

{# PostgreSQL manual, 8.14 JSON Types: the type json keeps doubled keys and their order. #}
{% macro postgres__json_last_key_wins(relation, id, text) -%}
    select {{ id }}, {{ crosswalk.postgres__function('json_last_key_wins') }}(({{ text }})::json) as {{ text }}
    from {{ relation }}
{%- endmacro %}

{% macro spark__json_last_key_wins(relation, id, text) -%}
    select {{ id }}, {{ crosswalk.spark__let('plain', crosswalk.json_minify(text), crosswalk.spark__last_key_wins('plain')) | indent(4) }} as {{ text }}
    from {{ relation }}
{%- endmacro %}

{% macro databricks__json_last_key_wins(relation, id, text) -%}
    {{- return(crosswalk.spark__json_last_key_wins(relation, id, text)) -}}
{%- endmacro %}

{% macro snowflake__json_last_key_wins(relation, id, text) -%}
    select {{ id }}, {{ crosswalk.python__call('text', 'json_last_key_wins', [text]) }} as {{ text }}
    from {{ relation }}
{%- endmacro %}

{% macro redshift__json_last_key_wins(relation, id, text) -%}
    select {{ id }}, {{ crosswalk.python__call('text', 'json_last_key_wins', [text]) }} as {{ text }}
    from {{ relation }}
{%- endmacro %}

{% macro bigquery__json_last_key_wins(relation, id, text) -%}
    select {{ id }}, {{ crosswalk.python__call('text', 'json_last_key_wins', [text]) }} as {{ text }}
    from {{ relation }}
{%- endmacro %}
