-- what goes out beside the events, as records; few, and worked out anew by each build
{{ config(materialized='table' if crosswalk.keeps_rows() else 'view') }}

{%- set is_original = var('mixpanel_id_merge') == 'original' %}

with

user_records as (

    select * from {{ ref('mixpanel_user_records') }}

),

group_records as (

    select * from {{ ref('mixpanel_group_records') }}

),
{% if is_original %}
identity_events as (

    select * from {{ ref('mixpanel_identity_records') }}

),
{% endif %}
-- kind_rank: people are merged before their events, which are 1, and profiles follow
records as (
    {% if is_original %}
    select
        'import' as endpoint,
        0 as kind_rank,
        insert_id as record_id,
        distinct_id,
        event_time as event_at,
        cast(event_time as date) as event_date,
        {{ crosswalk.mixpanel_event_payload('identity_events') | indent(8) }} as payload
    from identity_events

    union all
    {% endif %}
    select
        'engage' as endpoint,
        2 as kind_rank,
        {{ crosswalk.stable_key([
            "'engage'", 'source', 'source_project', 'person_key', crosswalk.iso_time('updated_at'), 'properties', 'properties_once',
        ]) | indent(8) }} as record_id,
        distinct_id,
        updated_at as event_at,
        cast(updated_at as date) as event_date,
        '{"$distinct_id":' || {{ crosswalk.json_string('distinct_id') }} || ',"$ip":0,"$ignore_time":true,"$set":' || properties
        || coalesce(',"$set_once":' || nullif(properties_once, '{}'), '') || '}' as payload
    from user_records

    union all

    select
        'groups' as endpoint,
        3 as kind_rank,
        {{ crosswalk.stable_key(["'groups'", 'source', 'source_project', 'group_key', 'group_id', 'properties']) | indent(8) }} as record_id,
        '$' || group_key || '_' || group_id as distinct_id,
        first_seen_at as event_at,
        cast(first_seen_at as date) as event_date,
        '{"$group_key":' || {{ crosswalk.json_string('group_key') }} || ',"$group_id":' || {{ crosswalk.json_string('group_id') }}
        || ',"$set":' || properties || '}' as payload
    from group_records

)

select
    *
    {{- crosswalk.and_kept(crosswalk.row_version(['endpoint', 'kind_rank', 'record_id', 'distinct_id', 'event_at', 'payload']) ~ ' as record_version') }}
from records
