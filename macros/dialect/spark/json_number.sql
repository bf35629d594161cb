{# The digits of a number's text (`12.50`, `1.0E-7`) without zeros around them, and where the point stands: 0.digits * 10^place. #}
{% macro spark__number_parts(number) -%}
    transform(
        array(struct(
            regexp_extract({{ number }}, '([0-9]+)', 1) as whole,
            regexp_extract({{ number }}, '[.]([0-9]+)', 1) as part,
            coalesce(try_cast(regexp_extract({{ number }}, '[eE]([-+]?[0-9]+)$', 1) as int), 0) as ten
        )),
        read -> struct(
            rtrim('0', ltrim('0', read.whole || read.part)) as digits,
            length(read.whole) + read.ten - length(read.whole || read.part) + length(ltrim('0', read.whole || read.part)) as place
        )
    )[0]
{%- endmacro %}

{# Those digits rounded to so many. #}
{% macro spark__rounded_digits(parts, digits) -%}
    transform(
        array(cast(
            cast(substr({{ parts }}.digits, 1, {{ digits }}) as decimal(20, 0)) + case when substr({{ parts }}.digits, {{ digits + 1 }}, 1) >= '5' then 1 else 0 end
            as string
        )),
        up -> struct(rtrim('0', up) as digits, {{ parts }}.place + length(up) - {{ digits }} as place)
    )[0]
{%- endmacro %}

{# The fewest digits that give the same double: Java 17 writes 2e23 as 1.9999999999999998E23, newer ones do not. Up to 15 digits any text is the shortest
   already; of more, the roundings of what Java writes and the digits of the text itself are tried. `number` is the name of a lambda's variable, a struct of
   the `text` and the double `size` without its sign. #}
{% macro spark__shortest_digits(number) -%}
    transform(
        array(struct({{ crosswalk.spark__number_parts(number ~ '.text') }} as own, {{ crosswalk.spark__number_parts('cast(' ~ number ~ '.size as string)') }} as java)),
        two -> case
            when length(two.own.digits) <= 15 and ({{ number }}.size between 1e-290 and 1e290 or length(two.own.digits) < length(two.java.digits)) then two.own
            else filter(
                array(
                    case when length(two.java.digits) > 15 then {{ crosswalk.spark__rounded_digits('two.java', 15) | indent(20) }} else two.java end,
                    case when length(two.java.digits) > 16 then {{ crosswalk.spark__rounded_digits('two.java', 16) | indent(20) }} else two.java end,
                    case when length(two.own.digits) = 16 then two.own end,
                    two.java
                ),
                tried -> try_cast('0.' || tried.digits || 'E' || tried.place as double) = {{ number }}.size
            )[0]
        end
    )[0]
{%- endmacro %}

{# A JSON number written the one way that JavaScript has: 1.10 is 1.1, 1e3 is 1000.0, 1E21 is 1e21; whole numbers stay as they are, however long, and so does
   one that is too large for a double. `text` is the name of a lambda's variable. #}
{% macro spark__json_number(text) -%}
    case
        when {{ text }} = '-0' then '0'
        when not {{ text }} rlike '[.eE]' then {{ text }}
        else transform(
            array(struct({{ text }} as text, abs(try_cast({{ text }} as double)) as size)),
            number -> case
                when number.size is null or number.size = double('Infinity') then number.text
                when number.size = 0 then case when startswith(number.text, '-') then '-0.0' else '0.0' end
                else case when startswith(number.text, '-') then '-' else '' end || transform(
                    array({{ crosswalk.spark__shortest_digits('number') | indent(20) }}),
                    short -> case
                        when short.place between 1 and 21 and length(short.digits) <= short.place then rpad(short.digits, short.place, '0') || '.0'
                        when short.place between 1 and 21 then substr(short.digits, 1, short.place) || '.' || substr(short.digits, short.place + 1)
                        when short.place between -5 and 0 then '0.' || repeat('0', -short.place) || short.digits
                        else substr(short.digits, 1, 1) || case when length(short.digits) > 1 then '.' || substr(short.digits, 2) else '' end || 'e' || (short.place - 1)
                    end
                )[0]
            end
        )[0]
    end
{%- endmacro %}

{# The verb number_text: the same digits as a cast of DuckDB and Postgres writes. #}
{% macro spark__written_number(number) -%}
    {{- crosswalk.spark__let('signed', number, "case
        when signed is null or isnan(signed) or abs(signed) = double('Infinity') then cast(signed as string)
        when signed = 0 then '0.0'
        else case when signed < 0 then '-' else '' end || transform(
            array(struct(cast(abs(signed) as string) as text, abs(signed) as size)),
            number -> transform(
                array(" ~ crosswalk.spark__shortest_digits('number') ~ "),
                short -> case
                    when short.place between 1 and 16 and length(short.digits) <= short.place then rpad(short.digits, short.place, '0') || '.0'
                    when short.place between 1 and 16 then substr(short.digits, 1, short.place) || '.' || substr(short.digits, short.place + 1)
                    when short.place between -3 and 0 then '0.' || repeat('0', -short.place) || short.digits
                    else substr(short.digits, 1, 1) || case when length(short.digits) > 1 then '.' || substr(short.digits, 2) else '' end
                        || case when short.place < 1 then 'e-' else 'e+' end || lpad(cast(abs(short.place - 1) as string), greatest(2, length(cast(abs(short.place - 1) as string))), '0')
                end
            )[0]
        )[0]
    end") -}}
{%- endmacro %}
