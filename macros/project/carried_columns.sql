{# The top-level columns of a source that have no hub column, as an object under the names `<source>_<column>` that they arrive under. `more` is
   further [name, value] pairs. #}
{% macro carried_columns(source, picked, keys, columns, more=[]) -%}
    {%- set pairs = [] -%}
    {%- for column in columns -%}
        {%- do pairs.append([
            crosswalk.json_name(crosswalk.carried_name(source, column)),
            "nullif(cast(" ~ crosswalk.json_picked(picked, keys, column) ~ " as " ~ dbt.type_string() ~ "), 'null')",
        ]) -%}
    {%- endfor -%}
    {{- crosswalk.json_build(pairs + more) -}}
{%- endmacro %}

{# The columns that no documentation knows (`unknown` is the list of their keys), taken from the whole line under the same kind of name. #}
{% macro unknown_columns(source, unknown, line) -%}
    case
        when {{ crosswalk.list_size(unknown) }} = 0 then '{}'
        else {{ crosswalk.json_prefix_keys(crosswalk.json_keep_keys(line, unknown), "'" ~ source ~ "_'") | indent(8) }}
    end
{%- endmacro %}

{# Both kinds in one object: the unknown ones make room for the documented ones. #}
{% macro all_columns(source, documented, unknown) -%}
    case
        when {{ unknown }} = '{}' then {{ documented }}
        else {{ crosswalk.json_splice([
            documented,
            crosswalk.json_make_room(unknown, "'{}'", crosswalk.all_carried_names(source), "'" ~ source ~ "_'"),
        ]) | indent(8) }}
    end
{%- endmacro %}

{# Every name that a documented column of a source may arrive under. #}
{% macro all_carried_names(source) %}
    {%- set names = [] -%}
    {%- for column in context['crosswalk'][source ~ '_spine']() + context['crosswalk'][source ~ '_columns']() -%}
        {%- do names.append(crosswalk.carried_name(source, column) | string) -%}
    {%- endfor -%}
    {{ return(names) }}
{% endmacro %}

{# `<source>_<column>`; a name that already begins so stays as it is. #}
{% macro carried_name(source, column) -%}
    {{- column if column.startswith(source ~ '_') else source ~ '_' ~ column -}}
{%- endmacro %}

{# The columns of a source that crosswalk_columns.csv gives a name of their own and that no hub column holds. #}
{% macro named_columns(source, mapped) %}
    {%- set names = [] -%}
    {%- for row in crosswalk.crosswalk_columns(source) if row['column_name'] not in mapped -%}{%- do names.append(row['column_name']) -%}{%- endfor -%}
    {{ return(names) }}
{% endmacro %}

{# The rows of crosswalk_columns.csv for a source. #}
{% macro crosswalk_columns(source) %}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {{ return(crosswalk.seed_rows('crosswalk_columns')['rows'] | selectattr('source', 'equalto', source) | list) }}
{% endmacro %}

{# The names that crosswalk_internal.csv lists for a source with an action. #}
{% macro internal_names(source, action) %}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {{ return(crosswalk.seed_rows('crosswalk_internal')['rows'] | selectattr('source', 'equalto', source)
        | selectattr('action', 'equalto', action) | map(attribute='name') | list) }}
{% endmacro %}
