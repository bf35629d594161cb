{# JSON on Spark stands in columns of text, as the verb `json_line` writes it: no white space, each text and number written one way. A VARIANT would sort the
   keys and write numbers anew, and `from_json` writes 1e21 as 1.0E21, so objects are taken apart by regular expressions, which leave every value as it
   stands. Spark SQL reference, Built-in Functions: regexp_extract_all; java.util.regex.Pattern: a possessive quantifier (`++`, `*+`) never goes back, so that no text
   is too long for it, and `\G` is the end of the match before.

   A macro and no SQL function of one's own: Spark does not let those be called in a lambda, nor with an argument that has one. #}

{# A regular expression as a literal: raw, so that it reads as it is, unless it holds a quote. Spark SQL reference, Literals: string literal. #}
{% macro spark__pattern(pattern) -%}
    {{- crosswalk.literal(pattern) if "'" in pattern else "r'" ~ pattern ~ "'" -}}
{%- endmacro %}

{# A JSON string. #}
{% macro spark__json_string_pattern() -%}
    "(?:[^"\\]++|\\.)*+"
{%- endmacro %}

{# How many levels of arrays and objects a value can have inside a line, and inside what is made of a line. #}
{% macro spark__json_levels(made=false) %}
    {{ return(20 if made else 16) }}
{% endmacro %}

{# An object or an array, with what is inside it: a level in a level, since these expressions cannot call themselves. #}
{% macro spark__json_nested_pattern() -%}
    {%- set text = crosswalk.spark__json_string_pattern() -%}
    {%- set nested = namespace(levels='[{\\[][}\\]]') -%}
    {%- for level in range(crosswalk.spark__json_levels(made=true)) -%}
        {%- set nested.levels = '[{\\[](?:[^\\]\\["{}]++|' ~ text ~ '|' ~ nested.levels ~ ')*+[}\\]]' -%}
    {%- endfor -%}
    {{- nested.levels -}}
{%- endmacro %}

{# Any JSON value. #}
{% macro spark__json_value_pattern() -%}
    (?:{{ crosswalk.spark__json_string_pattern() }}|[^",:{}\[\]\s]++|{{ crosswalk.spark__json_nested_pattern() }})
{%- endmacro %}

{# What an object has at its top, as a list of text: `part` 1 is key and value, 2 the key with its quotes, 3 the value. Of what is no object, an empty list. #}
{% macro spark__json_entries(object, part) -%}
    {%- set text = crosswalk.spark__json_string_pattern() -%}
    regexp_extract_all({{ object }}, {{ crosswalk.spark__pattern('(?:^\\{|\\G,)((' ~ text ~ '):(' ~ crosswalk.spark__json_value_pattern() ~ '))') }}, {{ part }})
{%- endmacro %}

{# The elements of an array, as a list of text; of what is no array, an empty list. #}
{% macro spark__json_elements(array) -%}
    regexp_extract_all({{ array }}, {{ crosswalk.spark__pattern('(?:^\\[|\\G,)(' ~ crosswalk.spark__json_value_pattern() ~ ')') }}, 1)
{%- endmacro %}

{# The key at the beginning of such an entry, with its quotes; and its value. #}
{% macro spark__entry_key(entry) -%}
    regexp_extract({{ entry }}, {{ crosswalk.spark__pattern('^' ~ crosswalk.spark__json_string_pattern()) }}, 0)
{%- endmacro %}

{% macro spark__entry_value(entry) -%}
    regexp_replace({{ entry }}, {{ crosswalk.spark__pattern('^' ~ crosswalk.spark__json_string_pattern() ~ ':') }}, '')
{%- endmacro %}

{# An object text of a list of entries. #}
{% macro spark__object_of(entries) -%}
    '{' || array_join({{ entries }}, ',') || '}'
{%- endmacro %}

{# An expression in which a name stands for another one, which so is written and worked out once. #}
{% macro spark__let(name, value, expression) -%}
    transform(array({{ value }}), {{ name }} -> {{ expression }})[0]
{%- endmacro %}

{# A literal key as it is written in a JSON text of ours, with its quotes. #}
{% macro spark__key_text(key) -%}
    {%- set written = key | string | replace('\\', '\\\\') | replace('"', '\\"') | replace('\n', '\\n') | replace('\r', '\\r') | replace('\t', '\\t') -%}
    {{- '"' ~ written ~ '"' -}}
{%- endmacro %}

{# Literal keys so, as a list in SQL. #}
{% macro spark__key_texts(keys) -%}
    {%- set written = [] -%}
    {%- for key in keys -%}{%- do written.append(crosswalk.spark__key_text(key) | string) -%}{%- endfor -%}
    {{- crosswalk.text_list(written) -}}
{%- endmacro %}

{# JSON strings, as a list of text with their quotes, as the texts that they stand for. Spark SQL reference, Built-in Functions: from_json. #}
{% macro spark__json_unquoted(strings) -%}
    from_json('[' || array_join({{ strings }}, ',') || ']', 'array<string>')
{%- endmacro %}

{# The text of a JSON value; `value` is the name of a lambda's variable or of a column. #}
{% macro spark__value_text(value) -%}
    case
        when {{ value }} = 'null' then null
        when substr({{ value }}, 1, 1) <> '"' then {{ value }}
        when contains({{ value }}, chr(92)) then get(from_json('[' || {{ value }} || ']', 'array<string>'), 0)
        else substr({{ value }}, 2, length({{ value }}) - 2)
    end
{%- endmacro %}
