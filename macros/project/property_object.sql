{# The vendor's property object as it should be: an object stays as it is, the text of one (lossy loaders) is read, nothing, null and an empty list
   become an empty object, and any other value is kept under the column's name. #}
{% macro property_object(value, column) -%}
    case {{ crosswalk.json_kind(value) }}
        when 'object' then {{ value }}::varchar
        when 'string'
            then case
                when {{ crosswalk.json_is_strict_object(crosswalk.json_scalar_text(value)) }}
                    then {{ crosswalk.json_minify(crosswalk.json_scalar_text(value)) }}
                when {{ crosswalk.is_blank(crosswalk.json_scalar_text(value)) }} then '{}'
                else {{ crosswalk.json_build([[crosswalk.json_name(column), value ~ '::varchar']]) }}
            end
        when 'array'
            then case when {{ value }}::varchar = '[]' then '{}' else {{ crosswalk.json_build([[crosswalk.json_name(column), value ~ '::varchar']]) }} end
        when 'number' then {{ crosswalk.json_build([[crosswalk.json_name(column), value ~ '::varchar']]) }}
        when 'boolean' then {{ crosswalk.json_build([[crosswalk.json_name(column), value ~ '::varchar']]) }}
        else '{}'
    end
{%- endmacro %}

{# Groups as the hub holds them, {"type": ["key", …]}, from an object of keys or of lists of keys. #}
{% macro group_lists(value) -%}
    case
        when {{ value }} is null or {{ value }}::varchar in ('{}', 'null') then '{}'
        when {{ crosswalk.json_kind(value) }} = 'object' then {{ crosswalk.json_text_lists(value) }}
        else '{}'
    end
{%- endmacro %}
