{# MD5 of several values, joined so that ("a", "bc") and ("ab", "c") differ and null differs from empty: each value is written with its length. #}
{% macro stable_key(values) -%}
    {{- return(crosswalk.md5_hex(crosswalk.stable_name(values))) -}}
{%- endmacro %}

{# The joined text itself, for hashes other than MD5. #}
{% macro stable_name(values) -%}
    {%- for value in values -%}
    coalesce(length({{ value }}) || ':' || {{ value }}, '-'){{ " || '|' || " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
