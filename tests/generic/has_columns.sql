{# The relation begins and ends with these columns (`name type`), in this order: the fixed part of a relation whose middle the
   variables decide. `json_type` stands for the type that the variable of this name holds. #}
{% test has_columns(model, first, last) %}
{%- set found = [] -%}
{%- for column in adapter.get_columns_in_relation(model) if execute -%}
    {%- do found.append((column.name ~ ' ' ~ column.dtype) | lower) -%}
{%- endfor -%}
{%- set wanted = [] -%}
{%- for column in first + found[first | length:(found | length) - (last | length)] + last -%}
    {%- do wanted.append(column | replace(' json_type', ' ' ~ var('json_type')) | lower) -%}
{%- endfor %}
select {{ crosswalk.literal(found | join(', ')) }} as found_columns
where {{ 'false' if found == wanted else 'true' }}
{% endtest %}
