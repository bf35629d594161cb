{# What every verb says on a warehouse that it has no rendering for: one sentence, at compile time. #}
{% macro lacks_verb(verb) %}
    {{ exceptions.raise_compiler_error(
        "Crosswalk cannot run on " ~ target.type ~ " yet: the verb '" ~ verb ~ "' has no rendering in macros/dialect/"
        ~ verb ~ ".sql; use the DuckDB target of profiles.example.yml or add `" ~ target.type ~ "__" ~ verb ~ "` there."
    ) }}
{% endmacro %}
