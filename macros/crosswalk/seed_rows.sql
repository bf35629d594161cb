{# The rows of a seed as a list of dictionaries, read at compile time, so that the compiled SQL holds the mapping itself and can be reviewed.
   Looked up through the graph and the adapter, since `ref` is the name of a CTE inside a unit test. #}
{% macro seed_rows(seed) %}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {#- kept with the graph for the length of one run: the mapping is read dozens of times -#}
    {%- set kept = graph.setdefault('crosswalk_seed_rows', {}) -%}
    {%- if seed in kept -%}{{ return(kept[seed]) }}{%- endif -%}
    {#- a unit test has no graph: there the seed stands where the target says -#}
    {%- set place = {'database': target.get('database'), 'schema': target.schema, 'alias': seed} -%}
    {%- set nodes = graph.nodes.values() | selectattr('name', 'equalto', seed) | selectattr('resource_type', 'equalto', 'seed') | list if graph.nodes else [place] -%}
    {%- if not nodes -%}
        {{ exceptions.raise_compiler_error("There is no seed named '" ~ seed ~ "'. Put " ~ seed ~ ".csv into seeds/ or change the variable that names it.") }}
    {%- endif -%}
    {%- set relation = adapter.get_relation(database=nodes[0].database, schema=nodes[0].schema, identifier=nodes[0].alias) -%}
    {%- if not relation -%}
        {{ exceptions.raise_compiler_error("The seed '" ~ seed ~ "' is not in the database yet: run `dbt seed` first.") }}
    {%- endif -%}
    {%- set table = run_query('select * from ' ~ relation) -%}
    {%- set rows = [] -%}
    {%- for row in table.rows -%}
        {%- set record = {} -%}
        {%- for name in table.column_names -%}
            {%- do record.update({name | lower: (row[name] | string) if row[name] is not none else ''}) -%}
        {%- endfor -%}
        {%- do rows.append(record) -%}
    {%- endfor -%}
    {%- do kept.update({seed: {'columns': table.column_names | map('lower') | list, 'rows': rows}}) -%}
    {{ return(kept[seed]) }}
{% endmacro %}

{# The rows of a shipped seed and of the user's own seed with the same header. #}
{% macro seed_rows_with_custom(seed, custom, header) %}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {%- set rows = [] -%}
    {%- for name in [seed, custom] -%}
        {%- set read = crosswalk.seed_rows(name) -%}
        {%- if read['columns'] != header -%}
            {{ exceptions.raise_compiler_error("The header of the seed '" ~ name ~ "' is " ~ read['columns'] | join(',') ~ " but has to be " ~ header | join(',') ~ ".") }}
        {%- endif -%}
        {%- do rows.extend(read['rows']) -%}
    {%- endfor -%}
    {{ return(rows) }}
{% endmacro %}
