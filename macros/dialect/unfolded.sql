{# What stands behind `from`: a relation and, beside each of its rows, the rows of a list in it: of the `kind` key the columns key and value of an object's keys,
   of the kind element the column element of an array's elements, of the kind text the column name of a list of text. The columns are read by `entry`. #}
{% macro unfolded(rows, kind, list, alias) -%}
    {{- return(adapter.dispatch('unfolded', 'crosswalk')(rows, kind, list, alias)) -}}
{%- endmacro %}

{% macro default__unfolded(rows, kind, list, alias) -%}
    {{ rows }}, {% if kind == 'element' %}{{ crosswalk.each_element(list, alias) }}{% elif kind == 'text' %}{{ crosswalk.each_text(list, 'name', alias) }}{% else %}{{ crosswalk.each_key(list, alias) }}{% endif %}
{%- endmacro %}

{# An object is unfolded in the select list: `json_each` beside each row costs five times as much. #}
{% macro duckdb__unfolded(rows, kind, list, alias) -%}
    {%- if kind == 'key' -%}
    (
        select
            {{ rows }}.*,
            unnest(list_zip(json_keys({{ list }}), json_extract({{ list }}, '$.*'))::struct(key varchar, value json)[]) as {{ alias }}
        from {{ rows }}
    ) as {{ rows }}
    {%- else -%}
    {{ crosswalk.default__unfolded(rows, kind, list, alias) }}
    {%- endif -%}
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, Querying semistructured data: unnesting goes over a SUPER column of a relation before it. #}
{% macro redshift__unfolded(rows, kind, list, alias) -%}
    (
        select
            {{ rows }}.*,
            json_parse({{ crosswalk.python__call('text', 'row_list', ["'" ~ kind ~ "s'", list]) }}) as {{ alias }}_list
        from {{ rows }}
    ) as {{ rows }}, {{ rows }}.{{ alias }}_list as {{ alias }}
{%- endmacro %}
