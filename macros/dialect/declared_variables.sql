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
    {%- set path = (invocation_args_dict.get('project_dir') or '.') ~ '/dbt_project.yml' -%}
    {%- if not run_query("select file from glob(" ~ crosswalk.literal(path) ~ ")").rows -%}{{- return([]) -}}{%- endif -%}
    {%- set text = run_query("select content from read_text(" ~ crosswalk.literal(path) ~ ")").rows[0][0] -%}
    {%- set declared = (fromyaml(text) or {}).get('vars') or {} -%}
    {%- set names = (declared.get('crosswalk') or {}).keys() | list -%}
    {%- if project_name == 'crosswalk' -%}
        {%- do names.extend(declared.keys() | reject('equalto', 'crosswalk') | list) -%}
    {%- endif -%}
    {{- return(names) -}}
{%- endmacro %}
