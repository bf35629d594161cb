{# Objects as texts: their keys and values, by one parse for each call. Values come out as they are written in the text. PostgreSQL manual, 9.16 JSON Functions
   and Operators. #}
{% macro postgres__object_functions() %}
{%- set f = crosswalk.postgres__function -%}
create or replace function {{ f('json_entries') }}(object text) returns table (key text, value text, place bigint)
language plpgsql volatile parallel unsafe strict as $body$
#variable_conflict use_column
begin
    if json_typeof(object::json) = 'object' then
        return query select entries.key, entries.value::text, entries.place from json_each(object::json) with ordinality as entries (key, value, place);
    end if;
end
$body$;

create or replace function {{ f('json_elements') }}(list text) returns table (element text, place bigint)
language plpgsql volatile parallel unsafe strict as $body$
#variable_conflict use_column
begin
    if json_typeof(list::json) = 'array' then
        return query select elements.element::text, elements.place from json_array_elements(list::json) with ordinality as elements (element, place);
    end if;
end
$body$;

{{ crosswalk.postgres__create('json_kind', 'value text', 'text') }} $body$
begin
    return json_typeof(value::json);
end
$body$;

{{ crosswalk.postgres__create('json_value', 'object text, name text', 'text') }} $body$
begin
    return (object::json -> name)::text;
end
$body$;

{{ crosswalk.postgres__create('json_scalar_text', 'value text', 'text') }} $body$
begin
    return case
        when value ~ '^\s*[\[{]' then {{ f('json_minify') }}(value)
        else value::json #>> '{}'
    end;
end
$body$;

{{ crosswalk.postgres__create('json_pick', 'object text, names text[]', 'text[]') }} $body$
begin
    return array(
        select entries.value
        from unnest(names) with ordinality as wanted (name, place)
        left join {{ f('json_entries') }}(object) as entries on wanted.name = entries.key
        order by wanted.place
    );
end
$body$;

{{ crosswalk.postgres__create('json_pick_text', 'object text, names text[]', 'text[]') }} $body$
begin
    return array(
        select {{ f('json_scalar_text') }}(entries.value)
        from unnest(names) with ordinality as wanted (name, place)
        left join {{ f('json_entries') }}(object) as entries on wanted.name = entries.key
        order by wanted.place
    );
end
$body$;

{{ crosswalk.postgres__create('json_keys', 'object text', 'text[]') }} $body$
begin
    return array(select entries.key from {{ f('json_entries') }}(object) as entries order by entries.place);
end
$body$;

{{ crosswalk.postgres__create('json_unknown_keys', 'object text, known text[]', 'text[]') }} $body$
begin
    return array(select entries.key from {{ f('json_entries') }}(object) as entries where entries.key <> all (known) order by entries.place);
end
$body$;

{{ crosswalk.postgres__create('json_has_any_key', 'object text, names text[]', 'boolean') }} $body$
begin
    return exists (select 1 from {{ f('json_entries') }}(object) as entries where entries.key = any (names));
end
$body$;

{{ crosswalk.postgres__create('json_keep_keys', 'object text, names text[]', 'text') }} $body$
begin
    return '{' || coalesce((
        select string_agg({{ f('json_string') }}(entries.key) || ':' || entries.value, ',' order by entries.place)
        from {{ f('json_entries') }}(object) as entries
        where entries.key = any (names)
    ), '') || '}';
end
$body$;

{{ crosswalk.postgres__create('json_drop_keys', 'object text, names text[]', 'text') }} $body$
begin
    return '{' || coalesce((
        select string_agg({{ f('json_string') }}(entries.key) || ':' || entries.value, ',' order by entries.place)
        from {{ f('json_entries') }}(object) as entries
        where entries.key <> all (names)
    ), '') || '}';
end
$body$;

{{ crosswalk.postgres__create('json_drop_nulls', 'object text', 'text') }} $body$
begin
    return '{' || coalesce((
        select string_agg({{ f('json_string') }}(entries.key) || ':' || entries.value, ',' order by entries.place)
        from {{ f('json_entries') }}(object) as entries
        where entries.value <> 'null'
    ), '') || '}';
end
$body$;

{{ crosswalk.postgres__create('json_drop_values', 'object text, names text[], texts text[]', 'text') }} $body$
begin
    return '{' || coalesce((
        select string_agg({{ f('json_string') }}(entries.key) || ':' || entries.value, ',' order by entries.place)
        from {{ f('json_entries') }}(object) as entries
        where not (entries.key = any (names) and coalesce({{ f('json_scalar_text') }}(entries.value) = any (texts), false))
    ), '') || '}';
end
$body$;

{{ crosswalk.postgres__create('json_prefix_keys', 'object text, prefix text', 'text') }} $body$
begin
    return '{' || coalesce((
        select string_agg({{ f('json_string') }}(prefix || entries.key) || ':' || entries.value, ',' order by entries.place)
        from {{ f('json_entries') }}(object) as entries
    ), '') || '}';
end
$body$;

{{ crosswalk.postgres__create('json_sorted_keys', 'object text', 'text') }} $body$
begin
    return '{' || coalesce((
        select string_agg(pieces.piece, ',' order by pieces.piece collate "C")
        from (select {{ f('json_string') }}(entries.key) || ':' || entries.value as piece from {{ f('json_entries') }}(object) as entries) as pieces
    ), '') || '}';
end
$body$;

{{ crosswalk.postgres__create('json_first_of_lists', 'object text', 'text') }} $body$
begin
    return '{' || coalesce((
        select string_agg({{ f('json_string') }}(entries.key) || ':' || (entries.value::json -> 0)::text, ',' order by entries.place)
        from {{ f('json_entries') }}(object) as entries
    ), '') || '}';
end
$body$;

{{ crosswalk.postgres__create('json_from_texts', 'object text', 'text') }} $body$
begin
    return '{' || coalesce((
        select string_agg({{ f('json_string') }}(texts.key) || ':' || case
            when texts.said in ('true', 'false') then texts.said
            when
                texts.said ~ '^(0|-?[1-9][0-9]{0,14}|-?(0|[1-9][0-9]*)[.][0-9]*[1-9])$'
                and length(replace(replace(texts.said, '-', ''), '.', '')) < 16
                then texts.said
            else texts.value
        end, ',' order by texts.place)
        from (
            select entries.key, entries.value, entries.place, {{ f('json_scalar_text') }}(entries.value) as said
            from {{ f('json_entries') }}(object) as entries
        ) as texts
    ), '') || '}';
end
$body$;

{{ crosswalk.postgres__create('json_text_list', 'value text', 'text') }} $body$
begin
    return (
        select string_agg({{ f('json_string') }}(firsts.said), ',' order by firsts.place)
        from (
            select texts.said, min(texts.place) as place
            from (
                select {{ crosswalk.postgres__trimmed(f('json_scalar_text') ~ '(elements.element)') }} as said, elements.place
                from {{ f('json_elements') }}(case when json_typeof(value::json) = 'array' then value else '[' || value || ']' end) as elements
            ) as texts
            where texts.said <> ''
            group by texts.said
        ) as firsts
    );
end
$body$;

{{ crosswalk.postgres__create('json_text_lists', 'object text', 'text') }} $body$
begin
    return '{' || coalesce((
        select string_agg({{ f('json_string') }}(lists.key) || ':[' || lists.texts || ']', ',' order by lists.place)
        from (
            select entries.key, entries.place, {{ f('json_text_list') }}(entries.value) as texts
            from {{ f('json_entries') }}(object) as entries
            where {{ crosswalk.postgres__trimmed('entries.key') }} <> ''
        ) as lists
        where lists.texts is not null
    ), '') || '}';
end
$body$;

{{ crosswalk.postgres__create('json_null_object', 'list text', 'text') }} $body$
begin
    return '{' || coalesce((
        select string_agg({{ f('json_string') }}(names.name) || ':null', ',' order by names.name collate "C")
        from (
            select distinct {{ f('json_scalar_text') }}(elements.element) as name from {{ f('json_elements') }}(list) as elements
        ) as names
        where names.name is not null
    ), '') || '}';
end
$body$;
{% endmacro %}
