{# What is private in a text, for `json_private` on Postgres. `rules` is an object: `denied`, `hashed`, `spared`, `texts` (lists of names), `deeper` (levels by key), `pattern` (finds one
   of the names as a key, within texts too) and `text_pattern` (finds a key of `texts` with a text that begins like an object). The letters of `marks` say what
   was done: d denied, h hashed, p removed whole. Values come and go as JSON without white space. A function that is not to look gets null: a condition of the
   join would be asked behind it. #}
{% macro postgres__private_functions() %}
{%- set f = crosswalk.postgres__function -%}
-- whether an object, or one below it, has one of the names as a key
{{ crosswalk.postgres__create('json_names', 'value text, rules jsonb', 'boolean') }} $body$
begin
    if left(value, 1) not in ('{', '[') or value !~ (rules ->> 'pattern') then
        return false;
    end if;
    return exists (
        select 1
        from {{ f('json_entries') }}(value) as entries
        where rules -> 'denied' ? entries.key or rules -> 'hashed' ? entries.key or {{ f('json_names') }}(entries.value, rules)
    ) or exists (select 1 from {{ f('json_elements') }}(value) as elements where {{ f('json_names') }}(elements.element, rules));
end
$body$;

-- objects that are written as text, opened where they hold something private; one that nobody can open goes whole
{{ crosswalk.postgres__create('json_opened', 'value text, rules jsonb, out public text, out marks text', 'record') }} $body$
begin
    public := value;
    marks := '';
    if left(value, 1) not in ('{', '[') or value !~ (rules ->> 'text_pattern') then
        return;
    end if;
    if left(value, 1) = '[' then
        select '[' || coalesce(string_agg(opened.public, ',' order by elements.place), '') || ']', coalesce(string_agg(opened.marks, ''), '')
        into public, marks
        from {{ f('json_elements') }}(value) as elements
        cross join lateral {{ f('json_opened') }}(elements.element, rules) as opened;
        return;
    end if;
    select
        '{' || coalesce(string_agg({{ f('json_string') }}(members.key) || ':' || members.public, ',' order by members.place) filter (where members.public is not null), '') || '}',
        coalesce(string_agg(members.marks, ''), '')
    into public, marks
    from (
        select entries.key, entries.place, coalesce(opened.public, texts.public) as public, coalesce(opened.marks, texts.marks) as marks
        from {{ f('json_entries') }}(value) as entries
        cross join lateral (
            select rules -> 'texts' ? entries.key and entries.value ~ '^"(?: |\\[ntr])*\{' and entries.value ~ (rules ->> 'pattern') as is_private
        ) as judged
        cross join lateral {{ f('json_opened') }}(case when not judged.is_private then entries.value end, rules) as opened
        cross join lateral {{ f('json_opened_text') }}(case when judged.is_private then entries.value end) as texts
    ) as members;
end
$body$;

{{ crosswalk.postgres__create('json_opened_text', 'value text, out public text, out marks text', 'record') }} $body$
declare
    is_readable boolean := {{ crosswalk.is_readable_object_text('value') }};
begin
    marks := 'p';
    if is_readable then
        public := {{ f('json_minify') }}(value::json #>> '{}');
        marks := '';
    end if;
end
$body$;

-- sha256(key || sha256(key || value)) as a JSON text; of a list each element. Nothing and the empty text stay what they are
{{ crosswalk.postgres__create('json_hash', 'value text, secret text', 'text') }} $body$
begin
    if value like '[%' then
        return (
            select '[' || coalesce(string_agg(
                case when elements.element like '[%' then {{ f('json_hash_one') }}(elements.element, secret) else {{ f('json_hash') }}(elements.element, secret) end,
                ',' order by elements.place
            ), '') || ']'
            from {{ f('json_elements') }}(value) as elements
        );
    end if;
    return case when value in ('null', '""') then value else {{ f('json_hash_one') }}(value, secret) end;
end
$body$;

{{ crosswalk.postgres__create('json_hash_one', 'value text, secret text', 'text') }} $body$
declare
    content text := case when value like '"%' then value::json #>> '{}' else value end;
begin
    return '"' || encode(sha256(convert_to(secret || encode(sha256(convert_to(secret || content, 'UTF8')), 'hex'), 'UTF8')), 'hex') || '"';
end
$body$;

-- `depth` is that of the keys of an object here, unless it is one of the `free` levels that do not count; `is_top` is true of the text itself only. Within a
-- value that will be hashed only what is too deep goes
{{ crosswalk.postgres__create('json_public', 'value text, depth integer, free integer, is_top boolean, is_hashed boolean, rules jsonb, secret text, out public text, out marks text', 'record') }} $body$
#variable_conflict use_variable
begin
    public := value;
    marks := '';
    if left(value, 1) not in ('{', '[') or value !~ (rules ->> 'pattern') then
        return;
    end if;
    if left(value, 1) = '[' then
        select '[' || coalesce(string_agg(inner_value.public, ',' order by elements.place), '') || ']', coalesce(string_agg(inner_value.marks, ''), '')
        into public, marks
        from {{ f('json_elements') }}(value) as elements
        cross join lateral {{ f('json_public') }}(elements.element, depth, free, false, is_hashed, rules, secret) as inner_value;
        return;
    end if;
    if free > 0 then
        depth := depth - 1;
    end if;
    select
        '{' || coalesce(string_agg({{ f('json_string') }}(members.key) || ':' || members.public, ',' order by members.place) filter (where members.public is not null), '') || '}',
        coalesce(string_agg(members.marks, ''), '')
    into public, marks
    from (
        select
            entries.key,
            entries.place,
            case fates.fate
                when 'h' then {{ f('json_hash') }}(inner_value.public, secret)
                when '' then inner_value.public
            end as public,
            case when fates.fate = '' then inner_value.marks when is_hashed then '' else fates.fate end as marks
        from {{ f('json_entries') }}(value) as entries
        cross join lateral (
            select case
                when depth >= 3 and {{ f('json_names') }}(entries.value, rules) then 'p'
                when is_hashed or (is_top and rules -> 'spared' ? entries.key) then ''
                when rules -> 'hashed' ? entries.key then 'h'
                when rules -> 'denied' ? entries.key then 'd'
                else ''
            end as fate
        ) as fates
        cross join lateral {{ f('json_public') }}(
            case when fates.fate in ('', 'h') then entries.value end, depth + 1, greatest(free - 1, 0) + coalesce((rules -> 'deeper' ->> entries.key)::integer, 0), false, is_hashed or fates.fate = 'h', rules, secret
        ) as inner_value
    ) as members;
end
$body$;

-- the whole: a text that holds nothing private stays as it is written
{{ crosswalk.postgres__create('json_private', 'value text, rules jsonb, secret text, out public text, out marks text', 'record') }} $body$
declare
    opened record;
    found record;
begin
    public := value;
    marks := '';
    -- quotes, colons and backslashes within a text may be escapes too
    if (case when strpos(value, '\u00') > 0 then {{ f('json_minify') }}(value) else value end) !~ (rules ->> 'pattern') then
        return;
    end if;
    select * into opened from {{ f('json_opened') }}({{ f('json_minify') }}(value), rules);
    select * into found from {{ f('json_public') }}(opened.public, 0, 0, true, false, rules, secret);
    if opened.marks || found.marks <> '' then
        public := found.public;
        marks := opened.marks || found.marks;
    end if;
end
$body$;
{% endmacro %}
