{# A JSON object, as text, from pairs as `json_build` takes them, and behind them what further object texts hold. No key may stand in two of them. The object is
   put together once, where splicing one that was just built would copy it. #}
{% macro json_build_with(pairs, objects) -%}
    {{- return(adapter.dispatch('json_build_with', 'crosswalk')(pairs, objects)) -}}
{%- endmacro %}

{% macro default__json_build_with(pairs, objects) -%}
    {{ crosswalk.json_splice([crosswalk.json_build(pairs)] + objects) }}
{%- endmacro %}

{% macro duckdb__json_build_with(pairs, objects) -%}
    concat('{', concat_ws(','
        {%- for pair in pairs %},
        {{ pair[0] }} || ':' || {{ pair[1] }}
        {%- endfor %}
        {%- for object in objects %},
        {{ crosswalk.json_members(object) }}
        {%- endfor %}
    ), '}')
{%- endmacro %}
