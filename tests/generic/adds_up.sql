{# The parts add up to the total on every row, and nothing is below zero. #}
{% test adds_up(model, total, parts) %}
select *
from {{ model }}
where
    {{ crosswalk.differs(total, '(' ~ parts | join(' + ') ~ ')') }}
    {%- for part in parts %}
    or {{ part }} < 0
    {%- endfor %}
{% endtest %}
