{# The name of a helper function on Postgres: they stand in the target's schema, all with one beginning. #}
{% macro postgres__function(name) -%}
    {{ adapter.quote(target.schema) }}.crosswalk_{{ name }}
{%- endmacro %}

{# The beginning and the end of such a function. Volatile is not true of them and said on purpose: what calls a volatile function is worked out once and not
   copied into every place that reads it, as Postgres does with simple subqueries. PostgreSQL manual, 38.7 Function Volatility Categories and 7.8.3 Common Table
   Expression Materialization. A function in PL/pgSQL that catches errors or runs queries may not run in a parallel plan ("cannot start subtransactions during a
   parallel operation"), not even in its leader: 15.4 Parallel Safety. #}
{% macro postgres__create(name, arguments, returns, strict=true, settings='') -%}
    create or replace function {{ crosswalk.postgres__function(name) }}({{ arguments }}) returns {{ returns }}
    language plpgsql volatile parallel unsafe {{ 'strict' if strict }} {{ settings }} as
{%- endmacro %}

{# Texts and numbers as JSON writes them. #}
{% macro postgres__text_functions() %}
{%- set f = crosswalk.postgres__function -%}
{{ crosswalk.postgres__sha1_function() }}
{{ crosswalk.postgres__create('uuid_v5', 'namespace text, name text', 'text') }} $body$
declare
    digest text := {{ f('sha1_hex') }}(namespace || name);
begin
    return regexp_replace(
        digest,
        '^(.{8})(.{4}).(.{3})(.)(.{3})(.{12}).*$',
        '\1-\2-5\3-' || translate(substr(digest, 17, 1), '0123456789abcdef', '89ab89ab89ab89ab') || '\5-\6'
    );
end
$body$;

{{ crosswalk.postgres__create('uuid_v7', 'milliseconds bigint, seed text', 'text') }} $body$
declare
    digest text := {{ f('sha1_hex') }}(seed);
begin
    return regexp_replace(
        lpad(to_hex(milliseconds), 12, '0') || digest,
        '^(.{8})(.{4})(.{3})(.)(.{3})(.{12}).*$',
        '\1-\2-7\3-' || translate(substr(digest, 4, 1), '0123456789abcdef', '89ab89ab89ab89ab') || '\5-\6'
    );
end
$body$;

-- to_json writes \u001f where the other engines write \u001F, which would give another text and so another id
{{ crosswalk.postgres__create('json_string', 'value text', 'text') }} $body$
begin
    if value !~ '[\x0b\x0e\x0f\x1a-\x1f]' then
        return to_json(value)::text;
    end if;
    return '"' || (
        select string_agg(
            case
                when piece ~ '[\x0b\x0e\x0f\x1a-\x1f]' then '\u' || upper(lpad(to_hex(ascii(piece)), 4, '0'))
                else substr(to_json(piece)::text, 2, length(to_json(piece)::text) - 2)
            end, '' order by place
        )
        from regexp_split_to_table(value, '') with ordinality as pieces (piece, place)
    ) || '"';
end
$body$;

-- a number whose text is well formed, as double: null where it is too large, 0 where it is too small
{{ crosswalk.postgres__create('read_double', 'value text', 'double precision') }} $body$
begin
    return value::double precision;
exception when numeric_value_out_of_range then
    return case when value ~ '[eE]-|^-?0[.]' then 0 end;
end
$body$;

-- a JSON number written the one way that JavaScript has: 1.10 is 1.1, 1e3 is 1000.0, 1E21 is 1e21; whole numbers stay as they are, however long
{{ crosswalk.postgres__create('json_number', 'value text', 'text', settings='set extra_float_digits = 1') }} $body$
declare
    number double precision;
    parts text[];
    digits text;
    place integer;
begin
    if value !~ '[.eE]' then
        return case when value = '-0' then '0' else value end;
    end if;
    number := {{ f('read_double') }}(value);
    if number is null then
        return value;
    end if;
    if number = 0 then
        return case when value like '-%' then '-0.0' else '0.0' end;
    end if;
    parts := regexp_match(abs(number)::text, '^([0-9]+)[.]?([0-9]*)(?:e([-+][0-9]+))?$');
    digits := ltrim(parts[1] || parts[2], '0');
    place := length(parts[1]) + coalesce(parts[3]::integer, 0) - (length(parts[1] || parts[2]) - length(digits));
    digits := rtrim(digits, '0');
    return case when value like '-%' then '-' else '' end || case
        when place between 1 and 21 and length(digits) <= place then rpad(digits, place, '0') || '.0'
        when place between 1 and 21 then left(digits, place) || '.' || substr(digits, place + 1)
        when place between -5 and 0 then '0.' || repeat('0', -place) || digits
        else left(digits, 1) || case when length(digits) > 1 then '.' || substr(digits, 2) else '' end || 'e' || (place - 1)
    end;
end
$body$;

{{ crosswalk.postgres__create('safe_number', 'value text', 'double precision') }} $body$
begin
    if value ~ '^-?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]+)?$' then
        return {{ f('read_double') }}(value);
    end if;
    return null;
end
$body$;

{{ crosswalk.postgres__create('safe_integer', 'value text', 'bigint') }} $body$
begin
    if value ~ '^-?[0-9]{1,19}$' and value::numeric between -9223372036854775808 and 9223372036854775807 then
        return value::bigint;
    end if;
    return null;
end
$body$;

{{ crosswalk.postgres__create('plain_integer', 'value text', 'text') }} $body$
begin
    return case
        when value ~ '^[0-9]+[.]0+$' then substring(value from '^[0-9]+')
        when value ~ '^[0-9]([.][0-9]+)?[eE][+]?[0-9]{1,2}$' and round(value::numeric) < 1e38 then trim_scale(round(value::numeric))::text
    end;
end
$body$;
{% endmacro %}
