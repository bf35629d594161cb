{# An object of texts, as a CSV file has them, as an object of values: a text is a number or a boolean where it is written exactly as JSON would write it
   and has fewer than 16 digits, else it stays a text. #}
{% macro json_from_texts(object) -%}
    {{- return(adapter.dispatch('json_from_texts', 'crosswalk')(object)) -}}
{%- endmacro %}

{% macro default__json_from_texts(object) %}{{ crosswalk.lacks_verb('json_from_texts') }}{% endmacro %}

{% macro duckdb__json_from_texts(object) -%}
    '{' || array_to_string(list_transform(
        list_zip(json_keys({{ object }}), json_extract({{ object }}, '$.*'), json_extract_string({{ object }}, '$.*')),
        lambda entry: to_json(entry[1])::varchar || ':' || case
            when entry[3] in ('true', 'false') then entry[3]
            when regexp_matches(entry[3], '^(0|-?[1-9][0-9]{0,14}|-?(0|[1-9][0-9]*)[.][0-9]*[1-9])$') and len(replace(replace(entry[3], '-', ''), '.', '')) < 16
                then entry[3]
            else entry[2]::varchar
        end
    ), ',') || '}'
{%- endmacro %}

{% macro postgres__json_from_texts(object) -%}
    {{ crosswalk.postgres__function('json_from_texts') }}(({{ object }})::text)
{%- endmacro %}

{% macro spark__json_from_texts(object) -%}
    {{ crosswalk.spark__object_of(
        'transform(' ~ crosswalk.spark__json_entries(object, 1) ~ ', entry -> '
        ~ crosswalk.spark__let('said', 'struct(' ~ crosswalk.spark__entry_key('entry') ~ ' as key, ' ~ crosswalk.spark__entry_value('entry') ~ ' as value)', "
            said.key || ':' || case
                when said.value in ('\"true\"', '\"false\"') then substr(said.value, 2, length(said.value) - 2)
                when said.value rlike '^\"(0|-?[1-9][0-9]{0,14}|-?(0|[1-9][0-9]*)[.][0-9]*[1-9])\"$' and length(replace(replace(said.value, '-', ''), '.', '')) < 18
                    then substr(said.value, 2, length(said.value) - 2)
                else said.value
            end") ~ ')'
    ) }}
{%- endmacro %}

{% macro databricks__json_from_texts(object) -%}
    {{- return(crosswalk.spark__json_from_texts(object)) -}}
{%- endmacro %}

{% macro snowflake__json_from_texts(object) -%}
    {{ crosswalk.python__call('text', 'json_from_texts', [object]) }}
{%- endmacro %}

{% macro redshift__json_from_texts(object) -%}
    {{ crosswalk.python__call('text', 'json_from_texts', [object]) }}
{%- endmacro %}

{% macro bigquery__json_from_texts(object) -%}
    {{ crosswalk.python__call('text', 'json_from_texts', [object]) }}
{%- endmacro %}
