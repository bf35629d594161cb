{# Times. PostgreSQL reads far more as a time than is one (`yesterday`, `now`), so a text has to have the form first. #}
{% macro postgres__time_functions() %}
{{ crosswalk.postgres__create('from_epoch_us', 'microseconds bigint', 'timestamp') }} $body$
begin
    return timestamp '1970-01-01 00:00:00' + make_interval(secs => div(microseconds::numeric, 1000000)::double precision)
        + make_interval(secs => (microseconds % 1000000)::double precision / 1000000);
end
$body$;

{{ crosswalk.postgres__create('calendar_time', 'parts text[]', 'timestamp') }} $body$
declare
    hours integer := coalesce(parts[4], '0')::integer;
    fraction integer := rpad(left(coalesce(parts[7], ''), 6), 6, '0')::integer;
begin
    if hours > 24 or coalesce(parts[5], '0')::integer > 59 or coalesce(parts[6], '0')::integer > 59
        or (hours = 24 and coalesce(parts[5], '0')::integer + coalesce(parts[6], '0')::integer + fraction > 0) then
        return null;
    end if;
    return make_date(parts[1]::integer, parts[2]::integer, parts[3]::integer)
        + make_interval(hours => hours, mins => coalesce(parts[5], '0')::integer)
        + make_interval(secs => coalesce(parts[6], '0')::integer) + fraction * interval '1 microsecond';
exception when datetime_field_overflow then
    return null;
end
$body$;

{{ crosswalk.postgres__create('parse_time', 'value text', 'timestamp') }} $body$
declare
    parts text[];
    zone text[];
    shift interval;
begin
    if value ~ '^[0-9]{12,13}$' then
        return {{ crosswalk.postgres__function('from_epoch_us') }}(value::bigint * 1000);
    elsif value ~ '^[0-9]{15,16}$' then
        return {{ crosswalk.postgres__function('from_epoch_us') }}(value::bigint);
    elsif length(value) > 16 and value ~ '[0-9]\s*[-+][0-9]{2}(:?[0-9]{2})?\s*$' then
        parts := regexp_match(
            value, '^\s*([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:T\s*|\s+)([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:[.]([0-9]*))?)?\s*[-+][0-9]{2}(?::?[0-9]{2})?\s*$'
        );
        zone := regexp_match(value, '([-+])([0-9]{2}):?([0-9]{2})?\s*$');
        shift := make_interval(hours => zone[2]::integer, mins => coalesce(zone[3], '0')::integer);
        return {{ crosswalk.postgres__function('calendar_time') }}(parts) - case zone[1] when '-' then -shift else shift end;
    end if;
    -- a word behind the time that is no zone of ours is left out of account
    parts := regexp_match(
        regexp_replace(value, '^([0-9]{4}):([0-9]{2}):([0-9]{2})', '\1-\2-\3'),
        '^\s*([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:(?:T\s*|\s+)([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:[.]([0-9]*))?)?(?:\s+[A-Za-z].*)?)?\s*(?:UTC|GMT|Z|z)?\s*$'
    );
    return {{ crosswalk.postgres__function('calendar_time') }}(parts);
end
$body$;
{% endmacro %}
