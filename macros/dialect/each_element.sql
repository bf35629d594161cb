{# What stands after `from …,` to get one row (element, a JSON value) per element of a JSON array. #}
{% macro each_element(array, alias='elements') -%}
    {{- return(adapter.dispatch('each_element', 'crosswalk')(array, alias)) -}}
{%- endmacro %}

{% macro default__each_element(array, alias='elements') %}{{ crosswalk.lacks_verb('each_element') }}{% endmacro %}

{% macro duckdb__each_element(array, alias='elements') -%}
    (select unnest(json_extract({{ array }}, '$[*]')) as element) as {{ alias }}
{%- endmacro %}

{# PostgreSQL manual, 7.2.1.4 Table Functions: a function in `from` may read the tables before it. #}
{% macro postgres__each_element(array, alias='elements') -%}
    {{ crosswalk.postgres__function('json_elements') }}(({{ array }})::text) as {{ alias }}
{%- endmacro %}

{# Spark SQL reference, LATERAL SUBQUERY and Table-valued Functions. #}
{% macro spark__each_element(array, alias='elements') -%}
    lateral explode({{ crosswalk.spark__json_elements(array) }}) as {{ alias }} (element)
{%- endmacro %}

{% macro databricks__each_element(array, alias='elements') -%}
    {{- return(crosswalk.spark__each_element(array, alias)) -}}
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, Querying semistructured data: only a list within an unfolded one can be reached so, else see `unfolded`. #}
{% macro redshift__each_element(array, alias='elements') -%}
    {{ crosswalk.redshift__nested('each_element', array, alias) }}
{%- endmacro %}

{# Snowflake Documentation, Writing a UDTF in Python: calling a UDTF. #}
{% macro snowflake__each_element(array, alias='elements') -%}
    table({{ crosswalk.python__function('rows') }}('elements', {{ array }})) as {{ alias }}
{%- endmacro %}

{# GoogleSQL reference, JSON functions: JSON_QUERY_ARRAY; the columns are read by `entry`. #}
{% macro bigquery__each_element(array, alias='elements') -%}
    unnest(json_query_array({{ crosswalk.python__call('text', 'row_list', ["'elements'", crosswalk.bigquery__inner(array)]) }})) as {{ alias }}
{%- endmacro %}
