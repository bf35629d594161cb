{# UUIDv7 by RFC 9562 whose time is given in milliseconds since 1970 (an integer expression) and whose rest comes from the SHA-1 of a seed text. #}
{% macro uuid_v7(milliseconds, seed) -%}
    {{- return(adapter.dispatch('uuid_v7', 'crosswalk')(milliseconds, seed)) -}}
{%- endmacro %}

{% macro default__uuid_v7(milliseconds, seed) %}{{ crosswalk.lacks_verb('uuid_v7') }}{% endmacro %}

{% macro duckdb__uuid_v7(milliseconds, seed) -%}
    list_transform(
        [{'head': lpad(lower(to_hex({{ milliseconds }})), 12, '0'), 'digest': {{ crosswalk.sha1_hex(seed) }}}],
        lambda made: substr(made.head, 1, 8) || '-' || substr(made.head, 9, 4) || '-7' || substr(made.digest, 1, 3) || '-'
            || {{ crosswalk.duckdb__variant__uuid_v5('substr(made.digest, 4, 1)') }} || substr(made.digest, 5, 3) || '-' || substr(made.digest, 8, 12)
    )[1]
{%- endmacro %}

{% macro postgres__uuid_v7(milliseconds, seed) -%}
    {{ crosswalk.postgres__function('uuid_v7') }}(({{ milliseconds }})::bigint, ({{ seed }})::text)
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: hex, sha1, translate. #}
{% macro spark__uuid_v7(milliseconds, seed) -%}
    {{ crosswalk.spark__let('made', "struct(lpad(lower(hex(" ~ milliseconds ~ ")), 12, '0') as head, sha1(" ~ seed ~ ") as digest)", "
        substr(made.head, 1, 8) || '-' || substr(made.head, 9, 4) || '-7' || substr(made.digest, 1, 3) || '-'
        || translate(substr(made.digest, 4, 1), '0123456789abcdef', '89ab89ab89ab89ab') || substr(made.digest, 5, 3) || '-' || substr(made.digest, 8, 12)
    ") }}
{%- endmacro %}

{% macro databricks__uuid_v7(milliseconds, seed) -%}
    {{- return(crosswalk.spark__uuid_v7(milliseconds, seed)) -}}
{%- endmacro %}

{% macro snowflake__uuid_v7(milliseconds, seed) -%}
    {{ crosswalk.python__call('text', 'uuid_v7', ['cast(' ~ milliseconds ~ ' as ' ~ dbt.type_string() ~ ')', seed]) }}
{%- endmacro %}

{% macro redshift__uuid_v7(milliseconds, seed) -%}
    {{ crosswalk.python__call('text', 'uuid_v7', ['cast(' ~ milliseconds ~ ' as ' ~ dbt.type_string() ~ ')', seed]) }}
{%- endmacro %}

{% macro bigquery__uuid_v7(milliseconds, seed) -%}
    {{ crosswalk.python__call('text', 'uuid_v7', ['cast(' ~ milliseconds ~ ' as ' ~ dbt.type_string() ~ ')', seed]) }}
{%- endmacro %}
