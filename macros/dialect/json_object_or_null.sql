{# The value, minified, where it is a JSON object, else null. #}
{% macro json_object_or_null(value) -%}
    {{- return(adapter.dispatch('json_object_or_null', 'crosswalk')(value)) -}}
{%- endmacro %}

{% macro default__json_object_or_null(value) %}{{ crosswalk.lacks_verb('json_object_or_null') }}{% endmacro %}

{% macro duckdb__json_object_or_null(value) -%}
    case when json_type({{ value }}) = 'OBJECT' then json({{ value }}) end
{%- endmacro %}

{% macro postgres__json_object_or_null(value) -%}
    case when {{ crosswalk.postgres__function('json_kind') }}(({{ value }})::text) = 'object' then {{ crosswalk.postgres__function('json_minify') }}(({{ value }})::text) end
{%- endmacro %}

{% macro spark__json_object_or_null(value) -%}
    {{ crosswalk.spark__let('whole', value, "case when startswith(whole, '{') then " ~ crosswalk.spark__without_space('whole') ~ ' end') }}
{%- endmacro %}

{% macro databricks__json_object_or_null(value) -%}
    {{- return(crosswalk.spark__json_object_or_null(value)) -}}
{%- endmacro %}

{% macro snowflake__json_object_or_null(value) -%}
    {{ crosswalk.python__call('text', 'json_object_or_null', [value]) }}
{%- endmacro %}

{% macro redshift__json_object_or_null(value) -%}
    {{ crosswalk.python__call('text', 'json_object_or_null', [value]) }}
{%- endmacro %}

{% macro bigquery__json_object_or_null(value) -%}
    {{ crosswalk.python__call('text', 'json_object_or_null', [value]) }}
{%- endmacro %}
