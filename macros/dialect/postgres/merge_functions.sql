{# Room for the keys of two objects, and how large and how deep a JSON text is. #}
{% macro postgres__merge_functions() %}
{%- set f = crosswalk.postgres__function -%}
-- how often a prefix has to stand before all of the names, so that none of them is taken
{{ crosswalk.postgres__create('free_prefix', 'names text[], taken text[], prefix text', 'text') }} $body$
begin
    for times in 1 .. 8 loop
        if not exists (select 1 from unnest(names) as moved (name) where repeat(prefix, times) || moved.name = any (taken)) then
            return repeat(prefix, times);
        end if;
    end loop;
    return null;
end
$body$;

{{ crosswalk.postgres__create('json_make_room', 'theirs text, ours text, reserved text[], prefix text', 'text') }} $body$
declare
    their_names text[] := {{ f('json_keys') }}(theirs);
    taken text[] := {{ f('json_keys') }}(ours) || reserved;
    same text[];
    moved text[];
    row_prefix text;
begin
    same := array(
        select their_entries.key
        from {{ f('json_entries') }}(theirs) as their_entries
        inner join {{ f('json_entries') }}(ours) as our_entries on their_entries.key = our_entries.key and their_entries.value = our_entries.value
    );
    moved := array(select names.name from unnest(their_names) as names (name) where names.name = any (taken) and names.name <> all (same));
    row_prefix := {{ f('free_prefix') }}(moved, their_names || taken, prefix);
    return '{' || coalesce((
        select string_agg({{ f('json_string') }}(case
            when entries.key <> all (moved) then entries.key
            when exists (
                select 1 from unnest(moved) as others (name)
                where others.name <> entries.key and (right(others.name, length(entries.key)) = entries.key or right(entries.key, length(others.name)) = others.name)
            ) then row_prefix || entries.key
            else {{ f('free_prefix') }}(array[entries.key], their_names || taken, prefix) || entries.key
        end) || ':' || entries.value, ',' order by entries.place)
        from {{ f('json_entries') }}(theirs) as entries
        where entries.key <> all (same)
    ), '') || '}';
end
$body$;

{{ crosswalk.postgres__create('json_inside', 'value json', 'setof json') }} $body$
begin
    if json_typeof(value) = 'object' then
        return query select entries.value from json_each(value) as entries;
    elsif json_typeof(value) = 'array' then
        return query select elements.element from json_array_elements(value) as elements (element);
    end if;
end
$body$;

-- the elements of the longest array, or the keys of the widest object, below the top of a JSON text
{{ crosswalk.postgres__create('json_largest', 'value json, kind text', 'bigint') }} $body$
begin
    return (
        select coalesce(max(greatest(
            case
                when json_typeof(parts.part) <> kind then 0
                when kind = 'array' then json_array_length(parts.part)
                else (select count(*) from json_object_keys(parts.part))
            end,
            {{ f('json_largest') }}(parts.part, kind)
        )), 0)
        from {{ f('json_inside') }}(value) as parts (part)
    );
end
$body$;

{{ crosswalk.postgres__create('json_longest', 'object text, part text', 'bigint') }} $body$
begin
    return (
        select coalesce(max(case
            when part = 'key' then length(entries.key)
            when part = 'value' then octet_length(entries.value) * (left(entries.value, 1) in ('{', '['))::int
            when entries.value like '"%' then octet_length(entries.value) - 2
            else 0
        end), 0)
        from {{ f('json_entries') }}(object) as entries
    );
end
$body$;
{% endmacro %}
