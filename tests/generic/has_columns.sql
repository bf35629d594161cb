{# The relation begins and ends with these columns (`name type`), in this order: the fixed part of a relation whose middle the
   variables decide. `json_type` stands for the type that the variable of this name holds; a type may have another name on another warehouse.
   In a table that is never made anew a column that came later stands at the end: there the columns, and those that it has `kept` besides, only have to be there. #}
{% test has_columns(model, first, last, kept=[]) %}
{%- set names = {
    'text': 'varchar', 'string': 'varchar', 'character varying': 'varchar', 'timestamp without time zone': 'timestamp', 'timestamp_ntz': 'timestamp',
    'int64': 'bigint', 'float64': 'double', 'bool': 'boolean',
} -%}
{%- set found = [] -%}
{%- for column in adapter.get_columns_in_relation(model) if execute -%}
    {%- do found.append(column.name | lower ~ ' ' ~ names.get(column.dtype | lower, column.dtype | lower)) -%}
{%- endfor -%}
{%- set wanted = [] -%}
{%- for column in (first + last + kept if crosswalk.keeps_rows() else first + found[first | length:(found | length) - (last | length)] + last) -%}
    {%- do wanted.append(column | replace(' json_type', ' ' ~ names.get(var('json_type'), var('json_type'))) | lower) -%}
{%- endfor %}
select {{ crosswalk.literal(found | join(', ')) }} as found_columns
from (select 1 as one) as one_row
where {{ 'false' if found == wanted or (crosswalk.keeps_rows() and not wanted | reject('in', found) | list) else 'true' }}
{% endtest %}
