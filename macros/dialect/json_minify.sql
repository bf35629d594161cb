{# The same JSON without white space, as text: what `json_splice` asks of an object that it has not built itself. #}
{% macro json_minify(text) -%}
    {{- return(adapter.dispatch('json_minify', 'crosswalk')(text)) -}}
{%- endmacro %}

{% macro default__json_minify(text) %}{{ crosswalk.lacks_verb('json_minify') }}{% endmacro %}

{% macro duckdb__json_minify(text) -%}
    json({{ text }})::varchar
{%- endmacro %}

{% macro postgres__json_minify(text) -%}
    {{ crosswalk.postgres__function('json_minify') }}(({{ text }})::text)
{%- endmacro %}

{% macro spark__json_minify(text) -%}
    {{ crosswalk.spark__minified(text) }}
{%- endmacro %}

{% macro databricks__json_minify(text) -%}
    {{- return(crosswalk.spark__json_minify(text)) -}}
{%- endmacro %}

{% macro snowflake__json_minify(text) -%}
    {{ crosswalk.python__call('text', 'json_minify', [text]) }}
{%- endmacro %}

{% macro redshift__json_minify(text) -%}
    {{ crosswalk.python__call('text', 'json_minify', [text]) }}
{%- endmacro %}

{% macro bigquery__json_minify(text) -%}
    {{ crosswalk.python__call('text', 'json_minify', [text]) }}
{%- endmacro %}
