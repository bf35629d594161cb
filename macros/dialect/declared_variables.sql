{# The names under `vars:` in the root project's dbt_project.yml, for the check of the settings: those of this project, or those meant for it where it is
   used as a package. Only where the engine can read a local file; an empty list elsewhere, since dbt itself does not tell them. #}
{% macro declared_variables() -%}
    {{- return(adapter.dispatch('declared_variables', 'crosswalk')()) -}}
{%- endmacro %}

{% macro default__declared_variables() -%}
    {{- return([]) -}}
{%- endmacro %}

{% macro duckdb__declared_variables() -%}
    {%- if not execute -%}{{- return([]) -}}{%- endif -%}
    {%- set found = run_query("select content from read_text(" ~ crosswalk.literal(flags.PROJECT_DIR ~ '/dbt_project.yml') ~ ")").rows -%}
    {%- set declared = (fromyaml(found[0][0]) or {}).get('vars') or {} if found else {} -%}
    {%- set own = declared.get('crosswalk') or {} -%}
    {%- set names = own.keys() | list -%}
    {%- if project_name == 'crosswalk' -%}
        {%- do names.extend(declared.keys() | reject('equalto', 'crosswalk') | list) -%}
    {%- endif -%}
    {{- return(names) -}}
{%- endmacro %}
