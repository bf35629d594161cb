{# A JSON object, as text, from pairs as `json_build` takes them, before them what the object texts `before` hold, and behind them what `objects` hold. No key may
   stand in two of them. The object is put together once, where splicing one that was just built would copy it. #}
{% macro json_build_with(pairs, objects, before=[]) -%}
    {{- return(adapter.dispatch('json_build_with', 'crosswalk')(pairs, objects, before)) -}}
{%- endmacro %}

{% macro default__json_build_with(pairs, objects, before=[]) -%}
    {{ crosswalk.json_splice(before + [crosswalk.json_build(pairs)] + objects) }}
{%- endmacro %}

{% macro duckdb__json_build_with(pairs, objects, before=[]) -%}
    concat('{', concat_ws(','
        {%- for object in before %},
        {{ crosswalk.json_members(object) }}
        {%- endfor %}
        {%- for pair in pairs %},
        {{ pair[0] }} || ':' || {{ pair[1] }}
        {%- endfor %}
        {%- for object in objects %},
        {{ crosswalk.json_members(object) }}
        {%- endfor %}
    ), '}')
{%- endmacro %}

{# Text is put together by `||`: see `json_splice`. #}
{% macro redshift__json_build_with(pairs, objects, before=[]) -%}
    {{- return(crosswalk.default__json_build_with(pairs, objects, before)) -}}
{%- endmacro %}
