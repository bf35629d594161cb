{# The body of a CTE with every group that rows name: one row a group and row, from a CTE with the rows' `groups` and who and when they are. #}
{% macro named_groups(rows) -%}
    select
        {{ rows }}.source_project,
        {{ rows }}.event_key,
        {{ rows }}.received_at,
        {{ rows }}.seen_at,
        {{ rows }}.user_id,
        {{ rows }}.device_id,
        {{ crosswalk.entry('types', 'key') }} as group_type,
        {{ crosswalk.json_scalar_text(crosswalk.entry('group_keys', 'element')) }} as group_key,
        cast(null as {{ dbt.type_string() }}) as properties
    from {{ crosswalk.unfolded(rows, 'key', rows ~ '.groups', 'types') }}, {{ crosswalk.each_element('types.value', 'group_keys') }}
    where {{ rows }}.groups <> '{}'
{%- endmacro %}
