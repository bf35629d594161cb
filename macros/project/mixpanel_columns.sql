{# The top-level keys of a Mixpanel row that staging gives a meaning of its own: `event` and `properties` of the raw export, and what the pipelines' table
   of events has as columns. Source: Mixpanel's pages on the raw export and on JSON pipelines. #}
{% macro mixpanel_spine() %}
    {{ return(['event', 'properties', 'event_name', 'time', 'distinct_id', 'user_id', 'device_id', 'insert_id']) }}
{% endmacro %}

{# The documented keys besides the spine: none. Any other key arrives as `mixpanel_<key>`. #}
{% macro mixpanel_columns() %}
    {{ return([]) }}
{% endmacro %}

{# What staging reads from the properties of an event: where the pipelines have a column for it, its name stands beside. #}
{% macro mixpanel_row_keys() %}
    {{ return({
        'time': 'time', 'distinct_id': 'distinct_id', '$user_id': 'user_id', '$device_id': 'device_id', '$insert_id': 'insert_id',
        '$distinct_id_before_identity': none, 'mp_processing_time_ms': none, '$mp_api_timestamp_ms': none,
        '$identified_id': none, '$anon_id': none, 'alias': none,
    }) }}
{% endmacro %}

{# The properties that are no properties of the event: time, ids, and what crosswalk_internal.csv drops. #}
{% macro mixpanel_dropped_names() %}
    {{ return((['time', 'distinct_id', '$insert_id', '$user_id', '$device_id'] + crosswalk.internal_names('mixpanel', 'drop')) | unique(case_sensitive=true) | list) }}
{% endmacro %}

{# What Mixpanel writes into an event when it gives it to another person later: the same event before and after keeps its key. #}
{% macro mixpanel_rewritten_names() %}
    {{ return(['$distinct_id_before_identity', '$is_reshuffled', '$preshuffle_distinct_id', '$identity_failure_reason']) }}
{% endmacro %}

{# The lines of the source's files that are no rows of events and not malformed: people, identity mappings, and lines that belong to an earlier one. A page
   of people that names one nowhere is a row. #}
{% macro mixpanel_lines_without_rows() -%}
    (
        select count(*) from {{ ref('stg_mixpanel__records') }}
        where
            read_error is null and kind not in ('event', 'pipeline_event')
            and line_id not in (select line_id from {{ ref('stg_mixpanel__profiles') }} where distinct_id is null)
    )
{%- endmacro %}

{# What makes a row's key, its person or its time, and the objects around its properties: among the keys of the line, and among its properties. #}
{% macro mixpanel_ids(place) %}
    {{ return(
        crosswalk.mixpanel_spine() + ['$distinct_id', '$properties', 'results', 'resolved_distinct_id'] if place == 'line'
        else crosswalk.mixpanel_row_keys().keys() | list + ['$properties', 'properties', '$distinct_ids']
    ) }}
{% endmacro %}
