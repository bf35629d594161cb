{# The vendor's property object as it should be: an object stays as it is, the text of one (lossy loaders) is read, nothing, null and an empty list
   become an empty object, and any other value is kept under the column's name. #}
{% macro property_object(value, column) -%}
    case {{ crosswalk.json_kind(value) }}
        when 'object' then cast({{ value }} as {{ dbt.type_string() }})
        when 'string'
            then case
                when {{ crosswalk.json_is_strict_object(crosswalk.json_scalar_text(value)) }}
                    then {{ crosswalk.read_object_text(crosswalk.json_scalar_text(value), column) }}
                when {{ crosswalk.is_blank(crosswalk.json_scalar_text(value)) }} then '{}'
                else {{ crosswalk.json_build([[crosswalk.json_name(column), 'cast(' ~ value ~ ' as ' ~ dbt.type_string() ~ ')']]) }}
            end
        when 'array'
            then case when cast({{ value }} as {{ dbt.type_string() }}) = '[]' then '{}' else {{ crosswalk.json_build([[crosswalk.json_name(column), 'cast(' ~ value ~ ' as ' ~ dbt.type_string() ~ ')']]) }} end
        when 'number' then {{ crosswalk.json_build([[crosswalk.json_name(column), 'cast(' ~ value ~ ' as ' ~ dbt.type_string() ~ ')']]) }}
        when 'boolean' then {{ crosswalk.json_build([[crosswalk.json_name(column), 'cast(' ~ value ~ ' as ' ~ dbt.type_string() ~ ')']]) }}
        else '{}'
    end
{%- endmacro %}

{# A text that is a strict object, read; one with a doubled key, a NUL or half of a surrogate pair, which the landing mends in a line only, stays text. Keys are
   looked at last: Postgres cannot read those of a text with a NUL. #}
{% macro read_object_text(text, column) -%}
    case
        when {{ crosswalk.json_nul_escape(text) }} or coalesce({{ crosswalk.json_lone_surrogate(text) }}, false) or {{ crosswalk.json_has_duplicate_keys(text) }}
            then {{ crosswalk.json_build([[crosswalk.json_name(column), crosswalk.json_string(text)]]) }}
        else {{ crosswalk.json_minify(text) }}
    end
{%- endmacro %}

{# Whether a JSON value is the text of an object that `read_object_text` reads. #}
{% macro is_readable_object_text(value) -%}
    case
        when coalesce({{ crosswalk.json_kind(value) }}, '') <> 'string' then false
        when not {{ crosswalk.json_is_strict_object(crosswalk.json_scalar_text(value)) }} then false
        else not (
            {{ crosswalk.json_nul_escape(crosswalk.json_scalar_text(value)) }}
            or coalesce({{ crosswalk.json_lone_surrogate(crosswalk.json_scalar_text(value)) }}, false)
            or {{ crosswalk.json_has_duplicate_keys(crosswalk.json_scalar_text(value)) }}
        )
    end
{%- endmacro %}

{# Groups as the hub holds them, {"type": ["key", …]}, from an object of keys or of lists of keys. #}
{% macro group_lists(value) -%}
    case
        when {{ value }} is null or cast({{ value }} as {{ dbt.type_string() }}) in ('{}', 'null') then '{}'
        when {{ crosswalk.json_kind(value) }} = 'object' then {{ crosswalk.json_text_lists(value) }}
        else '{}'
    end
{%- endmacro %}
