{# What lines of JSON are checked for and mended in, before anything reads them. The type json keeps a text as it is and checks its syntax alone; escapes are
   looked into when a value is read. PostgreSQL manual, 8.14 JSON Types. #}
{% macro postgres__line_functions() %}
{%- set f = crosswalk.postgres__function -%}
{{ crosswalk.postgres__create('json_nul_escape', 'value text', 'boolean') }} $body$
begin
    return strpos(value, '\u0000') > 0 and strpos(replace(value, '\\', '\u005c'), '\u0000') > 0;
end
$body$;

{{ crosswalk.postgres__create('json_lone_surrogate', 'value text', 'boolean') }} $body$
begin
    return (strpos(value, '\ud') > 0 or strpos(value, '\uD') > 0) and regexp_replace(
        replace(value, '\\', '\u005c'), '\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}', '', 'g'
    ) ~ '\\u[dD][89a-fA-F][0-9a-fA-F]{2}';
end
$body$;

{{ crosswalk.postgres__create('json_repair_escapes', 'value text', 'text') }} $body$
begin
    return replace(
        regexp_replace(
            regexp_replace(
                replace(replace(value, '\\', '\u005c'), '\u0000', '\ufffd'),
                '\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})', '\\v\1\\v\2', 'g'
            ),
            '\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '\\ufffd', 'g'
        ),
        '\v', '\u'
    );
end
$body$;

-- `is json` and pg_input_is_valid are of PostgreSQL 16, so the cast is tried
{{ crosswalk.postgres__create('json_is_strict_object', 'value text', 'boolean', strict=false) }} $body$
declare
    bare text;
begin
    if value is null or left(ltrim(value, E' \t\r'), 1) <> '{' then
        return false;
    end if;
    begin
        perform value::json;
    exception when others then
        return false;
    end;
    -- DuckDB refuses half of a surrogate pair, which this type takes
    if {{ f('json_lone_surrogate') }}(value) then
        return false;
    end if;
    if value !~ '[0-9][eE][+]?[0-9]{3}|[0-9]{255}' then
        return true;
    end if;
    bare := regexp_replace(value, '"(?:[^"\\]|\\.)*"', '""', 'g');
    return not exists (
        select 1
        from regexp_matches(bare, '-?[0-9]+(?:[.][0-9]+)?(?:[eE][-+]?[0-9]+)?', 'g') as numbers (number)
        where {{ f('read_double') }}(number[1]) is null
    );
end
$body$;

-- the same JSON without white space and with each text and number written the one way that all engines agree on
{{ crosswalk.postgres__create('json_minify', 'value text', 'text') }} $body$
declare
    bare text := regexp_replace(value, '"(?:[^"\\]|\\.)*"', '""', 'g');
begin
    if value !~ '\\[u/]' and bare !~ '\s|[0-9][.eE]|-0' then
        return value;
    end if;
    return (
        select string_agg(
            case
                when token[1] like '"%' and token[1] ~ '\\[u/]'
                    and not {{ f('json_nul_escape') }}(token[1]) and not {{ f('json_lone_surrogate') }}(token[1])
                    then {{ f('json_string') }}(token[1]::json #>> '{}')
                when token[1] ~ '^[-0-9]' then {{ f('json_number') }}(token[1])
                else token[1]
            end, '' order by place
        )
        from regexp_matches(value, '"(?:[^"\\]|\\.)*"|[^\s"{}\[\]:,]+|[{}\[\]:,]', 'g') with ordinality as tokens (token, place)
    );
end
$body$;

{{ crosswalk.postgres__create('json_has_duplicate_keys', 'value json', 'boolean') }} $body$
begin
    return case json_typeof(value)
        when 'object' then (
            select count(*) <> count(distinct key) or coalesce(bool_or({{ f('json_has_duplicate_keys') }}(entries.value)), false) from json_each(value) as entries
        )
        when 'array' then (
            select coalesce(bool_or({{ f('json_has_duplicate_keys') }}(elements.value)), false) from json_array_elements(value) as elements (value)
        )
        else false
    end;
end
$body$;

{{ crosswalk.postgres__create('json_last_key_wins', 'value json', 'text') }} $body$
begin
    return case json_typeof(value)
        when 'object' then '{' || coalesce((
            select string_agg({{ f('json_string') }}(key) || ':' || {{ f('json_last_key_wins') }}(entry), ',' order by place)
            from (
                select key, entries.value as entry, place, max(place) over (partition by key) as last_place
                from json_each(value) with ordinality as entries (key, value, place)
            ) as placed
            where place = last_place
        ), '') || '}'
        when 'array' then '[' || coalesce((
            select string_agg({{ f('json_last_key_wins') }}(element), ',' order by place)
            from json_array_elements(value) with ordinality as elements (element, place)
        ), '') || ']'
        else {{ f('json_minify') }}(value::text)
    end;
end
$body$;
{% endmacro %}
