{# A column of a list that `unfolded` or a verb like `each_key` put beside a row: its alias and key, value, element or name. #}
{% macro entry(alias, column) -%}
    {{- return(adapter.dispatch('entry', 'crosswalk')(alias, column)) -}}
{%- endmacro %}

{% macro default__entry(alias, column) -%}
    {{ alias }}.{{ column }}
{%- endmacro %}

{% macro duckdb__entry(alias, column) -%}
    {{ alias }}.{{ column }}
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, Querying semistructured data: what is reached into is a SUPER and is cast. #}
{% macro redshift__entry(alias, column) -%}
    cast({{ alias }}.{{ 'key' if column == 'key' else 'value' }} as {{ dbt.type_string() }})
{%- endmacro %}

{# GoogleSQL reference, JSON functions: JSON_VALUE; each row of a list is an object of texts. #}
{% macro bigquery__entry(alias, column) -%}
    json_value({{ alias }}, '$.{{ 'key' if column == 'key' else 'value' }}')
{%- endmacro %}
