{# Every value is a time since 2000: no product analytics row is older, and a row without a time is never delivered. #}
{% test is_plausible_time(model, column_name) %}
select {{ column_name }}
from {{ model }}
where {{ column_name }} is null or {{ column_name }} < timestamp '2000-01-01 00:00:00'
{% endtest %}
