{{ config(enabled=var('mixpanel_id_merge', 'simplified') == 'original' and 'mixpanel' in var('destinations', ['mixpanel', 'posthog'])) }}

with

device_users as (

    select * from {{ ref('mixpanel_device_users') }}
    where user_id <> device_id and {{ crosswalk.is_sampled('user_id', 'null', 'null', 'null') }}

),

-- $identify takes a UUIDv4 as the anonymous id; any other id needs $merge. Mixpanel, "Create Identity" and "Merge Identities"
judged as (

    select
        *,
        {{ crosswalk.matches('lower(device_id)', '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$') }} as is_uuid_v4,
        {{ crosswalk.stable_key(['source', 'source_project', 'device_id', 'user_id']) | indent(8) }} as insert_id
    from device_users

),

records as (

    select
        *,
        case
            when is_uuid_v4 then {{ crosswalk.json_build(
                [
                    ["'\"$identified_id\"'", crosswalk.json_string('user_id')],
                    ["'\"$anon_id\"'", crosswalk.json_string('device_id')],
                ] + crosswalk.mixpanel_markers()
            ) | indent(12) }}
            else {{ crosswalk.json_build(
                [
                    ["'\"$distinct_ids\"'", "'[' || " ~ crosswalk.json_string('user_id') ~ " || ',' || " ~ crosswalk.json_string('device_id') ~ " || ']'"],
                ] + crosswalk.mixpanel_markers()
            ) | indent(12) }}
        end as properties
    from judged

),

identity_events as (

    select
        case when is_uuid_v4 then '$identify' else '$merge' end as event_name,
        first_seen_at as event_time,
        insert_id,
        user_id,
        device_id,
        user_id as distinct_id,
        properties,
        first_seen_at as received_at
    from records

)

select
    *
    {{- crosswalk.and_kept(crosswalk.row_version(['event_name', 'event_time', 'insert_id', 'properties']) ~ ' as record_version') }}
from identity_events
