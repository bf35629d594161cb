{# What stands after `from …,` to get one row (key, value) per top-level key of an object. #}
{% macro each_key(object, alias='entries') -%}
    {{- return(adapter.dispatch('each_key', 'crosswalk')(object, alias)) -}}
{%- endmacro %}

{% macro default__each_key(object, alias='entries') %}{{ crosswalk.lacks_verb('each_key') }}{% endmacro %}

{% macro duckdb__each_key(object, alias='entries') -%}
    json_each({{ object }}) as {{ alias }}
{%- endmacro %}

{# PostgreSQL manual, 7.2.1.4 Table Functions: a function in `from` may read the tables before it. #}
{% macro postgres__each_key(object, alias='entries') -%}
    {{ crosswalk.postgres__function('json_entries') }}(({{ object }})::text) as {{ alias }}
{%- endmacro %}

{# Spark SQL reference, LATERAL SUBQUERY and Built-in Functions: inline, arrays_zip. #}
{% macro spark__each_key(object, alias='entries') -%}
    lateral inline(arrays_zip(
        {{ crosswalk.spark__json_unquoted(crosswalk.spark__json_entries(object, 2)) | indent(8) }},
        {{ crosswalk.spark__json_entries(object, 3) }}
    )) as {{ alias }} (key, value)
{%- endmacro %}

{% macro databricks__each_key(object, alias='entries') -%}
    {{- return(crosswalk.spark__each_key(object, alias)) -}}
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, Querying semistructured data: only a list within an unfolded one can be reached so, else see `unfolded`. #}
{% macro redshift__each_key(object, alias='entries') -%}
    {{ crosswalk.redshift__nested('each_key', object, alias) }}
{%- endmacro %}

{# Snowflake Documentation, Writing a UDTF in Python: calling a UDTF. #}
{% macro snowflake__each_key(object, alias='entries') -%}
    table({{ crosswalk.python__function('rows') }}('keys', {{ object }})) as {{ alias }}
{%- endmacro %}

{# GoogleSQL reference, JSON functions: JSON_QUERY_ARRAY; the columns are read by `entry`. #}
{% macro bigquery__each_key(object, alias='entries') -%}
    unnest(json_query_array({{ crosswalk.python__call('text', 'row_list', ["'keys'", crosswalk.bigquery__inner(object)]) }})) as {{ alias }}
{%- endmacro %}
