{# What marks a record as imported: PostHog's importer writes the same three. #}
{% macro posthog_markers() %}
    {{ return([
        ["'\"historical_migration\"'", "'true'"],
        ["'\"analytics_source\"'", crosswalk.json_string('source')],
        ["'\"$import_job_id\"'", crosswalk.literal(tojson(var('import_id')))],
    ]) }}
{% endmacro %}

{# The source row's own UUID where it has one, else a UUIDv5 of its key: `event_key` is an MD5 then. #}
{% macro posthog_event_uuid() -%}
    case
        when length(event_key) = 36 then event_key
        else {{ crosswalk.uuid_v5('crosswalk--event', crosswalk.stable_name(['source', 'source_project', 'event_key'])) }}
    end
{%- endmacro %}

{# A UUIDv7 from the session's start and the device, by which PostHog groups events into sessions: PostHog docs, "Sessions". By device and not by
   user, so that a login does not split a session. #}
{% macro posthog_session_id() -%}
    case
        when {{ crosswalk.safe_integer('session_id') }} between 1 and 281474976710655
            then {{ crosswalk.uuid_v7(crosswalk.safe_integer('session_id'), crosswalk.stable_name(['source', 'coalesce(device_id, distinct_id)', 'session_id'])) | indent(12) }}
    end
{%- endmacro %}
