{# Every value matches the regular expression; nulls do not. #}
{% test matches_pattern(model, column_name, pattern) %}
select {{ column_name }}
from {{ model }}
where not coalesce({{ crosswalk.matches(column_name, pattern) }}, false)
{% endtest %}
