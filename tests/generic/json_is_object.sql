{# Each of the columns holds one strict JSON object. #}
{% test json_is_object(model, columns) %}
select {% for column in columns %}{{ crosswalk.column(column) }}{{ ', ' if not loop.last }}{% endfor %}
from {{ model }}
where
    {%- for column in columns %}
    not {{ crosswalk.json_is_strict_object('cast(' ~ crosswalk.column(column) ~ ' as ' ~ dbt.type_string() ~ ')') }}{{ ' or' if not loop.last }}
    {%- endfor %}
{% endtest %}
