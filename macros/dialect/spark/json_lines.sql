{# Lines of JSON on Spark: are they strict, and the same text with every value written one way. #}

{# JSON without the white space outside of its strings; `text` is a name. #}
{% macro spark__without_space(text) -%}
    regexp_replace({{ text }}, {{ crosswalk.spark__pattern('(' ~ crosswalk.spark__json_string_pattern() ~ ')|\\s++') }}, '$1')
{%- endmacro %}

{# The verb json_minify: most lines only lose their white space; where one holds an escape or a number that may be written in several ways, each of its parts is
   looked at. Spark SQL reference, Built-in Functions: from_json, to_json. #}
{% macro spark__minified(text) -%}
    {%- set string = crosswalk.spark__json_string_pattern() -%}
    {%- set parts = "
        transform(regexp_extract_all(written, " ~ crosswalk.spark__pattern(string ~ '|[^\\s"{}\\[\\]:,]++|[{}\\[\\]:,]') ~ ", 0), part -> case
            when startswith(part, '\"')
                then case when part rlike r'\\\\[u/]' then " ~ crosswalk.json_string("get(from_json('[' || part || ']', 'array<string>'), 0)") ~ " else part end
            when part rlike '^[-0-9]' then " ~ crosswalk.spark__json_number('part') ~ "
            else part
        end)" -%}
    {%- set is_plain = "not written rlike r'\\\\[u/]' and not regexp_replace(written, " ~ crosswalk.spark__pattern(string) ~ ", '') rlike '[0-9][.eE]|-0'" -%}
    {{- crosswalk.spark__let('written', text, "case
        when " ~ is_plain ~ " then " ~ crosswalk.spark__without_space('written') ~ "
        else array_join(" ~ parts ~ ", '')
    end") -}}
{%- endmacro %}

{# The verb json_is_strict_object. Strings become chr(1) and other scalars chr(2), which no JSON holds outside of its strings; a quote that is left was no
   string's. Then the innermost arrays and objects become a scalar, level by level, until one is left, which was an object. A line that is nested deeper than
   the patterns of this folder reach is not read as one. #}
{% macro spark__is_strict_object(text) -%}
    {%- set string = '"(?:[^"\\\\\\x00-\\x1f]++|\\\\(?:["\\\\/bfnrt]|u[0-9a-fA-F]{4}))*+"' -%}
    {%- set number = '-?(?:0|[1-9][0-9]*+)(?:[.][0-9]++)?+(?:[eE][-+]?[0-9]++)?+' -%}
    {%- set scalar = '(?<![\\w.+-])(?:' ~ number ~ '|true|false|null)(?![\\w.+-])' -%}
    {%- set value = '[\\x01\\x02]' -%}
    {%- set innermost = '[{](?:\\x01:' ~ value ~ '(?:,\\x01:' ~ value ~ ')*+)?+[}]|\\[(?:' ~ value ~ '(?:,' ~ value ~ ')*+)?+\\]' -%}
    {%- set bare = "regexp_replace(line_text, " ~ crosswalk.spark__pattern(string) ~ ", chr(1))" -%}
    {%- set scalars = "regexp_replace(regexp_replace(bare_text, " ~ crosswalk.spark__pattern(scalar) ~ ", chr(2)), r'[ \\t\\r\\n]++', '')" -%}
    {%- set reduced = "aggregate(
        sequence(1, " ~ crosswalk.spark__json_levels() ~ "), " ~ scalars ~ ",
        (rest, level) -> case when length(rest) < 2 then rest else regexp_replace(rest, " ~ crosswalk.spark__pattern(innermost) ~ ", chr(2)) end
    )" -%}
    {%- set too_large = "exists(
        regexp_extract_all(bare_text, " ~ crosswalk.spark__pattern(number) ~ ", 0),
        number_text -> coalesce(abs(try_cast(number_text as double)), double('Infinity')) = double('Infinity')
    )" -%}
    {{- crosswalk.spark__let('line_text', text, "case
        when line_text is null or not line_text rlike r'^[ \\t\\r\\n]*+[{]' or line_text rlike r'[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]' then false
        when " ~ crosswalk.spark__json_lone_surrogate('line_text') ~ " then false
        else " ~ crosswalk.spark__let('bare_text', bare, "case
            when " ~ reduced ~ " <> chr(2) then false
            when bare_text rlike '[0-9][eE][+]?[0-9]{3}|[0-9]{255}' then not " ~ too_large ~ "
            else true
        end") ~ "
    end") -}}
{%- endmacro %}

{# Of doubled keys the last one, at every depth, in a text that is minified; `text` is a name. The innermost arrays and objects are put together anew from
   what is to stay, with control characters in place of their brackets and commas, and so on outwards; no JSON text holds such a character. #}
{% macro spark__last_key_wins(text) -%}
    {%- set string = crosswalk.spark__json_string_pattern() -%}
    {%- set innermost = '[{\\[](?:[^"{}\\[\\]]++|' ~ string ~ ')*+[}\\]]' -%}
    {%- set others = '(?:[^"{}\\[\\]]++|' ~ string ~ ')++|[{}\\[\\]]' -%}
    {%- set items = "regexp_extract_all(substr(piece, 2, length(piece) - 2), " ~ crosswalk.spark__pattern('(?:[^",]++|' ~ string ~ ')++') ~ ", 0)" -%}
    {%- set kept = "transform(
        array(transform(" ~ items ~ ", item -> struct(" ~ crosswalk.spark__entry_key('item') ~ " as name, item as item))),
        members -> transform(
            filter(members, (member, place) -> not exists(slice(members, place + 2, size(members)), other -> other.name = member.name)),
            member -> member.item
        )
    )[0]" -%}
    translate(
        aggregate(
            sequence(1, {{ crosswalk.spark__json_levels(made=true) }}), {{ text }},
            (rest, level) -> case
                when substr(rest, 1, 1) not in ('{', '[') then rest
                else array_join(transform(
                    regexp_extract_all(rest, {{ crosswalk.spark__pattern(innermost ~ '|' ~ others) }}, 0),
                    piece -> case
                        when length(piece) < 2 then piece
                        when startswith(piece, '{') and endswith(piece, '}') then chr(1) || array_join({{ kept | indent(24) }}, chr(5)) || chr(2)
                        when startswith(piece, '[') and endswith(piece, ']') then chr(3) || array_join({{ items }}, chr(5)) || chr(4)
                        else piece
                    end
                ), '')
            end
        ),
        chr(1) || chr(2) || chr(3) || chr(4) || chr(5), '{}[],'
    )
{%- endmacro %}

{# How many elements or keys the largest array or object below the top of a JSON text has; `opens` and `closes` are regular expressions of its brackets. Each
   bracket is looked at with all up to the one that closes it. #}
{% macro spark__longest_inside(text, opens, closes) -%}
    {%- set nested = crosswalk.spark__json_nested_pattern() -%}
    {%- set bare = 'regexp_replace(' ~ text ~ ', ' ~ crosswalk.spark__pattern(crosswalk.spark__json_string_pattern()) ~ ", 's')" -%}
    {%- set bare_nested = '(?=(' ~ opens ~ '(?:[^\\]\\["{}]++|' ~ nested ~ ')*+' ~ closes ~ '))' ~ opens -%}
    coalesce(array_max(transform(
        transform(
            regexp_extract_all(substr({{ bare }}, 2), {{ crosswalk.spark__pattern(bare_nested) }}, 1),
            inside -> regexp_replace(substr(inside, 2, length(inside) - 2), {{ crosswalk.spark__pattern(nested) }}, 'v')
        ),
        flat -> case when flat = '' then 0 else length(flat) - length(replace(flat, ',', '')) + 1 end
    )), 0)
{%- endmacro %}
