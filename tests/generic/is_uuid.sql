{# Every value is a UUID in lower case with hyphens. #}
{% test is_uuid(model, column_name) %}
select {{ column_name }}
from {{ model }}
where not coalesce({{ crosswalk.matches(column_name, '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$') }}, false)
{% endtest %}
