{# Aggregate: the texts of a group as one, in an order (a list of expressions). #}
{% macro joined_texts(text, order_by) -%}
    {{- return(adapter.dispatch('joined_texts', 'crosswalk')(text, order_by)) -}}
{%- endmacro %}

{% macro default__joined_texts(text, order_by) %}{{ crosswalk.lacks_verb('joined_texts') }}{% endmacro %}

{% macro duckdb__joined_texts(text, order_by) -%}
    string_agg({{ text }}, '' order by {{ order_by | join(', ') }})
{%- endmacro %}

{# PostgreSQL manual, 9.21 Aggregate Functions. #}
{% macro postgres__joined_texts(text, order_by) -%}
    string_agg({{ text }}, '' order by {{ order_by | join(', ') }})
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: collect_list, array_sort. #}
{% macro spark__joined_texts(text, order_by) -%}
    array_join(transform(array_sort(collect_list(struct({{ order_by | join(', ') }}, {{ text }} as joined_text))), piece -> piece.joined_text), '')
{%- endmacro %}

{% macro databricks__joined_texts(text, order_by) -%}
    {{- return(crosswalk.spark__joined_texts(text, order_by)) -}}
{%- endmacro %}

{# Snowflake Documentation, LISTAGG. #}
{% macro snowflake__joined_texts(text, order_by) -%}
    listagg({{ text }}, '') within group (order by {{ order_by | join(', ') }})
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, LISTAGG; its result has at most 65,535 bytes. #}
{% macro redshift__joined_texts(text, order_by) -%}
    listagg({{ text }}, '') within group (order by {{ order_by | join(', ') }})
{%- endmacro %}

{# GoogleSQL reference, Aggregate functions: STRING_AGG. #}
{% macro bigquery__joined_texts(text, order_by) -%}
    string_agg({{ text }}, '' order by {{ order_by | join(', ') }})
{%- endmacro %}
