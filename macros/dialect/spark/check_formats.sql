{# Stops where a kept model is no table of Delta by its configuration; `default` is the format where that names none. #}
{% macro spark__check_formats(default) %}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.package_name == 'crosswalk' and node.config.materialized == 'incremental' -%}
        {%- set format = node.config.get('file_format') or default -%}
        {%- if format != 'delta' -%}
            {{ exceptions.raise_compiler_error(
                "'materialize: incremental' works on Spark with Delta tables only, and '" ~ node.name ~ "' is to be " ~ format
                ~ ": set '+file_format: delta' under 'models: crosswalk:' in dbt_project.yml, or set 'materialize' to table."
            ) }}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}
