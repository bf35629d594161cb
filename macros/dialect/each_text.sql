{# What stands after `from …,` to get one row (a column of that name) per element of a list of text. #}
{% macro each_text(list, column, alias) -%}
    {{- return(adapter.dispatch('each_text', 'crosswalk')(list, column, alias)) -}}
{%- endmacro %}

{% macro default__each_text(list, column, alias) %}{{ crosswalk.lacks_verb('each_text') }}{% endmacro %}

{% macro duckdb__each_text(list, column, alias) -%}
    (select unnest({{ list }}) as {{ column }}) as {{ alias }}
{%- endmacro %}

{# PostgreSQL manual, 9.19 Array Functions and Operators. #}
{% macro postgres__each_text(list, column, alias) -%}
    unnest({{ list }}) as {{ alias }} ({{ column }})
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: explode. #}
{% macro spark__each_text(list, column, alias) -%}
    lateral explode({{ list }}) as {{ alias }} ({{ column }})
{%- endmacro %}

{% macro databricks__each_text(list, column, alias) -%}
    {{- return(crosswalk.spark__each_text(list, column, alias)) -}}
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, Querying semistructured data: see `unfolded`. #}
{% macro redshift__each_text(list, column, alias) -%}
    {{ crosswalk.lacks_verb('each_text') }}
{%- endmacro %}

{# Snowflake Documentation, Writing a UDTF in Python: calling a UDTF. #}
{% macro snowflake__each_text(list, column, alias) -%}
    {%- if column != 'name' -%}{{ crosswalk.lacks_verb('each_text') }}{%- endif -%}
    table({{ crosswalk.python__function('rows') }}('texts', {{ list }})) as {{ alias }}
{%- endmacro %}

{# GoogleSQL reference, JSON functions: JSON_QUERY_ARRAY; the column is read by `entry`. #}
{% macro bigquery__each_text(list, column, alias) -%}
    unnest(json_query_array({{ crosswalk.python__call('text', 'row_list', ["'texts'", list]) }})) as {{ alias }}
{%- endmacro %}
