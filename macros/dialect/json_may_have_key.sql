{# Whether an object may have one of the literal keys, or a key with one of the literal prefixes: a quick look at the text. It may say yes too
   often (a key of a nested object), never no where there is one. #}
{% macro json_may_have_key(object, names, prefixes) -%}
    {{- return(adapter.dispatch('json_may_have_key', 'crosswalk')(object, names, prefixes)) -}}
{%- endmacro %}

{% macro default__json_may_have_key(object, names, prefixes) %}{{ crosswalk.lacks_verb('json_may_have_key') }}{% endmacro %}

{% macro duckdb__json_may_have_key(object, names, prefixes) -%}
    {%- set patterns = [] -%}
    {%- for name in names -%}{%- do patterns.append(modules.re.escape(name | string | replace('\\', '\\\\') | replace('"', '\\"'))) -%}{%- endfor -%}
    {%- for prefix in prefixes -%}{%- do patterns.append(modules.re.escape(prefix) ~ '[^"]*') -%}{%- endfor -%}
    regexp_matches({{ object }}, {{ crosswalk.literal('"(?:' ~ patterns | join('|') ~ ')":') }})
{%- endmacro %}

{# PostgreSQL manual, 9.7.3 POSIX Regular Expressions. #}
{% macro postgres__json_may_have_key(object, names, prefixes) -%}
    {%- set patterns = [] -%}
    {%- for name in names -%}{%- do patterns.append(modules.re.escape(name | string | replace('\\', '\\\\') | replace('"', '\\"'))) -%}{%- endfor -%}
    {%- for prefix in prefixes -%}{%- do patterns.append(modules.re.escape(prefix) ~ '[^"]*') -%}{%- endfor -%}
    (({{ object }})::text ~ {{ crosswalk.literal('"(?:' ~ patterns | join('|') ~ ')":') }})
{%- endmacro %}

{# Spark SQL reference, Built-in Functions: rlike. #}
{% macro spark__json_may_have_key(object, names, prefixes) -%}
    {%- set patterns = [] -%}
    {%- for name in names -%}{%- do patterns.append(modules.re.escape(name | string | replace('\\', '\\\\') | replace('"', '\\"'))) -%}{%- endfor -%}
    {%- for prefix in prefixes -%}{%- do patterns.append(modules.re.escape(prefix) ~ '[^"]*') -%}{%- endfor -%}
    ({{ object }} rlike {{ crosswalk.spark__pattern('"(?:' ~ patterns | join('|') ~ ')":') }})
{%- endmacro %}

{% macro databricks__json_may_have_key(object, names, prefixes) -%}
    {{- return(crosswalk.spark__json_may_have_key(object, names, prefixes)) -}}
{%- endmacro %}

{# Snowflake Documentation, POSITION. #}
{% macro snowflake__json_may_have_key(object, names, prefixes) -%}
    (
        {%- for name in names %}
        {{ crosswalk.python__holds(object, '"' ~ (name | string | replace('\\', '\\\\') | replace('"', '\\"')) ~ '":') }}{{ ' or' if not loop.last or prefixes }}
        {%- endfor %}
        {%- for prefix in prefixes %}
        {{ crosswalk.python__holds(object, '"' ~ prefix) }}{{ ' or' if not loop.last }}
        {%- endfor %}
        {%- if not names and not prefixes %}false{% endif %}
    )
{%- endmacro %}

{# Amazon Redshift Database Developer Guide, POSITION. #}
{% macro redshift__json_may_have_key(object, names, prefixes) -%}
    (
        {%- for name in names %}
        {{ crosswalk.python__holds(object, '"' ~ (name | string | replace('\\', '\\\\') | replace('"', '\\"')) ~ '":') }}{{ ' or' if not loop.last or prefixes }}
        {%- endfor %}
        {%- for prefix in prefixes %}
        {{ crosswalk.python__holds(object, '"' ~ prefix) }}{{ ' or' if not loop.last }}
        {%- endfor %}
        {%- if not names and not prefixes %}false{% endif %}
    )
{%- endmacro %}

{# GoogleSQL reference, String functions: STRPOS. #}
{% macro bigquery__json_may_have_key(object, names, prefixes) -%}
    (
        {%- for name in names %}
        {{ crosswalk.python__holds(object, '"' ~ (name | string | replace('\\', '\\\\') | replace('"', '\\"')) ~ '":') }}{{ ' or' if not loop.last or prefixes }}
        {%- endfor %}
        {%- for prefix in prefixes %}
        {{ crosswalk.python__holds(object, '"' ~ prefix) }}{{ ' or' if not loop.last }}
        {%- endfor %}
        {%- if not names and not prefixes %}false{% endif %}
    )
{%- endmacro %}
