{# The object, as text, without those of the literal keys whose value is one of the literal texts. #}
{% macro json_drop_values(object, keys, texts) -%}
    {{- return(adapter.dispatch('json_drop_values', 'crosswalk')(object, keys, texts)) -}}
{%- endmacro %}

{% macro default__json_drop_values(object, keys, texts) %}{{ crosswalk.lacks_verb('json_drop_values') }}{% endmacro %}

{# Nearly all rows of an export have such values, and a regular expression takes them out in a third of the time. It does not know how deep a key stands, so it is
   believed only where it finds as many as stand at the top; without a backslash each quote begins or ends a string. #}
{% macro duckdb__json_drop_values(object, keys, texts) -%}
    {%- set names = [] -%}
    {%- for key in keys -%}{%- do names.append(modules.re.escape(key)) -%}{%- endfor -%}
    {%- set values = [] -%}
    {%- for text in texts -%}{%- do values.append(modules.re.escape(text)) -%}{%- endfor -%}
    {%- set entry = '"(?:' ~ names | join('|') ~ ')"\\s*:\\s*"(?:' ~ values | join('|') ~ ')"' -%}
    case
        when contains({{ object }}, '\') or len(regexp_extract_all({{ object }}, {{ crosswalk.literal(entry) }})) <> len(list_filter(
            {{ crosswalk.json_pick_text(object, keys) | indent(12) }},
            lambda found: list_contains({{ crosswalk.text_list(texts) }}, found)
        ))
            then '{' || array_to_string(list_transform(
                list_filter(
                    list_zip(json_keys({{ object }}), json_extract({{ object }}, '$.*')),
                    lambda entry: not (
                        list_contains({{ crosswalk.text_list(keys) }}, entry[1])
                        and coalesce(list_contains({{ crosswalk.text_list(texts) }}, json_extract_string(entry[2], '$')), false)
                    )
                ),
                lambda entry: to_json(entry[1])::varchar || ':' || entry[2]::varchar
            ), ',') || '}'
        else regexp_replace(
            regexp_replace({{ object }}, {{ crosswalk.literal(',\\s*' ~ entry) }}, '', 'g'),
            {{ crosswalk.literal('^\\s*[{]\\s*' ~ entry ~ '\\s*,?') }}, '{'
        )
    end
{%- endmacro %}

{% macro postgres__json_drop_values(object, keys, texts) -%}
    {{ crosswalk.postgres__function('json_drop_values') }}(({{ object }})::text, {{ crosswalk.text_list(keys) }}, {{ crosswalk.text_list(texts) }})
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: array_except; what is to go is written out, as a text and as any other value. #}
{% macro spark__json_drop_values(object, keys, texts) -%}
    {%- set entries = [] -%}
    {%- for key in keys -%}
        {%- for text in texts -%}
            {%- do entries.extend([crosswalk.spark__key_text(key) ~ ':' ~ crosswalk.spark__key_text(text), crosswalk.spark__key_text(key) ~ ':' ~ text]) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ crosswalk.spark__object_of('array_except(' ~ crosswalk.spark__json_entries(object, 1) ~ ', ' ~ crosswalk.text_list(entries) ~ ')') }}
{%- endmacro %}

{% macro databricks__json_drop_values(object, keys, texts) -%}
    {{- return(crosswalk.spark__json_drop_values(object, keys, texts)) -}}
{%- endmacro %}

{% macro snowflake__json_drop_values(object, keys, texts) -%}
    {{ crosswalk.python__call('text', 'json_drop_values', [object, crosswalk.text_list(keys), crosswalk.text_list(texts)]) }}
{%- endmacro %}

{% macro redshift__json_drop_values(object, keys, texts) -%}
    {{ crosswalk.python__call('text', 'json_drop_values', [object, crosswalk.text_list(keys), crosswalk.text_list(texts)]) }}
{%- endmacro %}

{% macro bigquery__json_drop_values(object, keys, texts) -%}
    {{ crosswalk.python__call('text', 'json_drop_values', [object, crosswalk.text_list(keys), crosswalk.text_list(texts)]) }}
{%- endmacro %}
