{# The regular expression of a UUIDv7 in any case. #}
{% macro uuid_v7_pattern() -%}
    ^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-7[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$
{%- endmacro %}
