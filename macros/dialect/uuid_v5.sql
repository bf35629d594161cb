{# UUIDv5 by RFC 9562 of a name (a SQL expression) in a namespace of 16 ASCII characters, so that plain sha1(namespace || name) serves. #}
{% macro uuid_v5(namespace, name) -%}
    {{- return(adapter.dispatch('uuid_v5', 'crosswalk')(namespace, name)) -}}
{%- endmacro %}

{% macro default__uuid_v5(namespace, name) %}{{ crosswalk.lacks_verb('uuid_v5') }}{% endmacro %}

{% macro duckdb__uuid_v5(namespace, name) -%}
    {%- if namespace | length != 16 %}{{ exceptions.raise_compiler_error("A UUID namespace has 16 ASCII characters: '" ~ namespace ~ "' has " ~ namespace | length ~ ".") }}{% endif -%}
    list_transform(
        [{{ crosswalk.sha1_hex("'" ~ namespace ~ "' || " ~ name) }}],
        lambda digest: substr(digest, 1, 8) || '-' || substr(digest, 9, 4) || '-5' || substr(digest, 14, 3) || '-'
            || {{ crosswalk.duckdb__variant__uuid_v5('substr(digest, 17, 1)') }} || substr(digest, 18, 3) || '-' || substr(digest, 21, 12)
    )[1]
{%- endmacro %}

{# The hex digit with the two bits of the variant of RFC 9562, from any hex digit: `translate` took more than all the rest of the UUID. #}
{% macro duckdb__variant__uuid_v5(digit) -%}
    substr('89ab89ab89ab89ab', strpos('0123456789abcdef', {{ digit }}), 1)
{%- endmacro %}

{% macro postgres__uuid_v5(namespace, name) -%}
    {%- if namespace | length != 16 %}{{ exceptions.raise_compiler_error("A UUID namespace has 16 ASCII characters: '" ~ namespace ~ "' has " ~ namespace | length ~ ".") }}{% endif -%}
    {{ crosswalk.postgres__function('uuid_v5') }}('{{ namespace }}', ({{ name }})::text)
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: sha1, translate. #}
{% macro spark__uuid_v5(namespace, name) -%}
    {%- if namespace | length != 16 %}{{ exceptions.raise_compiler_error("A UUID namespace has 16 ASCII characters: '" ~ namespace ~ "' has " ~ namespace | length ~ ".") }}{% endif -%}
    {{ crosswalk.spark__let('digest', "sha1('" ~ namespace ~ "' || " ~ name ~ ")", "
        substr(digest, 1, 8) || '-' || substr(digest, 9, 4) || '-5' || substr(digest, 14, 3) || '-'
        || translate(substr(digest, 17, 1), '0123456789abcdef', '89ab89ab89ab89ab') || substr(digest, 18, 3) || '-' || substr(digest, 21, 12)
    ") }}
{%- endmacro %}

{% macro databricks__uuid_v5(namespace, name) -%}
    {{- return(crosswalk.spark__uuid_v5(namespace, name)) -}}
{%- endmacro %}

{% macro snowflake__uuid_v5(namespace, name) -%}
    {%- if namespace | length != 16 %}{{ exceptions.raise_compiler_error("A UUID namespace has 16 ASCII characters: '" ~ namespace ~ "' has " ~ namespace | length ~ ".") }}{% endif -%}
    {{ crosswalk.python__uuid(crosswalk.sha1_hex("'" ~ namespace ~ "' || " ~ name)) }}
{%- endmacro %}

{% macro redshift__uuid_v5(namespace, name) -%}
    {%- if namespace | length != 16 %}{{ exceptions.raise_compiler_error("A UUID namespace has 16 ASCII characters: '" ~ namespace ~ "' has " ~ namespace | length ~ ".") }}{% endif -%}
    {{ crosswalk.python__uuid(crosswalk.sha1_hex("'" ~ namespace ~ "' || " ~ name)) }}
{%- endmacro %}

{% macro bigquery__uuid_v5(namespace, name) -%}
    {%- if namespace | length != 16 %}{{ exceptions.raise_compiler_error("A UUID namespace has 16 ASCII characters: '" ~ namespace ~ "' has " ~ namespace | length ~ ".") }}{% endif -%}
    {{ crosswalk.python__uuid(crosswalk.sha1_hex("'" ~ namespace ~ "' || " ~ name)) }}
{%- endmacro %}
