{# The larger verbs about objects on Spark. #}

{# The verb json_make_room. Names are compared as they are written, without their quotes. The names `their_names` and so on are fields of structs, each worked out
   once. #}
{% macro spark__make_room(theirs, ours, reserved, prefix) -%}
    {%- set bare = "transform({}, quoted -> substr(quoted, 2, length(quoted) - 2))" -%}
    {%- set reserved_names = [] -%}
    {%- for name in reserved -%}{%- do reserved_names.append((crosswalk.spark__key_text(name) | string)[1:-1]) -%}{%- endfor -%}
    {%- set known = "struct(
        " ~ crosswalk.spark__json_entries('both.theirs', 1) ~ " as entries,
        " ~ (bare | replace('{}', crosswalk.spark__json_entries('both.theirs', 2))) ~ " as their_names,
        " ~ (bare | replace('{}', crosswalk.spark__json_entries('both.ours', 2))) ~ " as our_names,
        " ~ crosswalk.spark__json_entries('both.ours', 1) ~ " as our_entries,
        substr(both.prefix, 2, length(both.prefix) - 2) as prefix
    )" -%}
    {%- set judged = "struct(
        known.entries as entries,
        known.their_names as their_names,
        known.prefix as prefix,
        concat(known.their_names, known.our_names, " ~ crosswalk.text_list(reserved_names) ~ ") as taken,
        filter(known.their_names, (name, place) -> not array_contains(known.our_entries, known.entries[place])
            and array_contains(concat(known.our_names, " ~ crosswalk.text_list(reserved_names) ~ "), name)) as moved,
        transform(known.entries, entry -> array_contains(known.our_entries, entry)) as same
    )" -%}
    {%- set free = "repeat(judged.prefix, filter(sequence(1, 8), times -> not exists({}, name -> array_contains(judged.taken, repeat(judged.prefix, times) || name)))[0])" -%}
    {%- set roomed = "transform(
        array(" ~ (free | replace('{}', 'judged.moved')) ~ "),
        row_prefix -> transform(judged.entries, (entry, place) -> case
            when judged.same[place] then null
            when not array_contains(judged.moved, judged.their_names[place]) then entry
            when exists(judged.moved, other -> other <> judged.their_names[place] and (endswith(other, judged.their_names[place]) or endswith(judged.their_names[place], other)))
                then '\"' || row_prefix || substr(entry, 2)
            else '\"' || " ~ (free | replace('{}', 'array(judged.their_names[place])')) ~ " || substr(entry, 2)
        end)
    )[0]" -%}
    {{- crosswalk.spark__let(
        'both', 'struct(' ~ theirs ~ ' as theirs, ' ~ ours ~ ' as ours, ' ~ crosswalk.json_string(prefix) ~ ' as prefix)',
        crosswalk.spark__let('known', known, crosswalk.spark__let('judged', judged, crosswalk.spark__object_of(roomed)))
    ) -}}
{%- endmacro %}

{# The verb json_text_lists. #}
{% macro spark__text_lists(object) -%}
    {%- set values = "case when startswith(pair.value, '[') then " ~ crosswalk.spark__json_elements('pair.value') ~ " else array(pair.value) end" -%}
    {%- set texts = "array_distinct(filter(
        transform(" ~ values ~ ", element -> " ~ crosswalk.trimmed(crosswalk.spark__value_text('element')) ~ "), text -> text <> ''
    ))" -%}
    {{- crosswalk.spark__object_of("transform(
        filter(
            transform(
                " ~ crosswalk.spark__json_entries(object, 1) ~ ",
                entry -> transform(
                    array(struct(" ~ crosswalk.spark__entry_key('entry') ~ " as name, " ~ crosswalk.spark__entry_value('entry') ~ " as value)),
                    pair -> struct(pair.name as name, " ~ texts ~ " as texts)
                )[0]
            ),
            list -> size(list.texts) > 0 and " ~ crosswalk.trimmed(crosswalk.spark__value_text('list.name')) ~ " <> ''
        ),
        list -> list.name || ':[' || array_join(transform(list.texts, text -> " ~ crosswalk.json_string('text') ~ "), ',') || ']'
    )") -}}
{%- endmacro %}
