{# A JSON text as a value of the JSON column type. #}
{% macro as_json(text) -%}
    {{- return(adapter.dispatch('as_json', 'crosswalk')(text)) -}}
{%- endmacro %}

{% macro default__as_json(text) %}{{ crosswalk.lacks_verb('as_json') }}{% endmacro %}

{% macro duckdb__as_json(text) -%}
    ({{ text }})::{{ crosswalk.json_type_name() }}
{%- endmacro %}

{# PostgreSQL manual, 8.14 JSON Types. #}
{% macro postgres__as_json(text) -%}
    ({{ text }})::{{ crosswalk.json_type_name() }}
{%- endmacro %}

{% macro spark__as_json(text) -%}
    cast({{ text }} as {{ crosswalk.json_type_name() }})
{%- endmacro %}

{% macro databricks__as_json(text) -%}
    {{- return(crosswalk.spark__as_json(text)) -}}
{%- endmacro %}

{% macro snowflake__as_json(text) -%}
    cast({{ text }} as {{ crosswalk.json_type_name() }})
{%- endmacro %}

{% macro redshift__as_json(text) -%}
    cast({{ text }} as {{ crosswalk.json_type_name() }})
{%- endmacro %}

{% macro bigquery__as_json(text) -%}
    cast({{ text }} as {{ crosswalk.json_type_name() }})
{%- endmacro %}
