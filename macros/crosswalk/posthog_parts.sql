{# What marks a record as imported: PostHog's importer writes the same three. #}
{% macro posthog_markers() %}
    {{ return([
        ["'\"historical_migration\"'", "'true'"],
        ["'\"analytics_source\"'", crosswalk.json_string('source')],
        ["'\"$import_job_id\"'", crosswalk.literal(tojson(var('import_id')))],
    ]) }}
{% endmacro %}

{# What the project itself writes into an event's properties, behind what the objects `before` hold, and before what `objects` hold; a PostHog row is complete and only
   gets marked. #}
{% macro posthog_own_object(objects, before=[]) -%}
    {%- set mapped = crosswalk.json_build_with(
        crosswalk.destination_pairs('posthog')
        + crosswalk.named_pairs('posthog')
        + crosswalk.nested_user_properties('posthog')
        + [
            ["'\"$' || source || '_user_id\"'", crosswalk.json_string('user_id')],
            ["'\"$' || source || '_device_id\"'", crosswalk.json_string('device_id')],
            ["'\"$device_id\"'", crosswalk.unless_source(crosswalk.sources_without_device_property(), crosswalk.json_string('device_id'))],
            ["'\"$session_id\"'", crosswalk.json_string(crosswalk.posthog_session_id())],
            ["'\"$groups\"'", "case when " ~ crosswalk.has_keys(crosswalk.column('groups')) ~ " then " ~ crosswalk.json_first_of_lists(crosswalk.column('groups')) ~ " end"],
            ["'\"$set\"'", "nullif(to_set, '{}')"],
            ["'\"$set_once\"'", "nullif(to_set_once, '{}')"],
        ]
        + crosswalk.posthog_markers()
        + [["'\"$geoip_disable\"'", "'true'"]],
        objects,
        before
    ) -%}
    {%- if 'posthog' in var('sources') -%}
    case
        when {{ crosswalk.is_native_to('posthog') }} then {{ crosswalk.json_build_with([
            ["'\"$import_job_id\"'", crosswalk.literal(tojson(var('import_id')))],
            ["'\"$geoip_disable\"'", "'true'"],
        ], objects, before) }}
        else {{ mapped }}
    end
    {%- else -%}
    {{ mapped }}
    {%- endif -%}
{%- endmacro %}

{# The sources whose device id arrives under a name of its own only, since their key of that name is internal to them. #}
{% macro sources_without_device_property() %}
    {%- set sources = [] -%}
    {%- for source in var('sources') if '$device_id' in crosswalk.internal_names(source, 'drop') -%}{%- do sources.append(source) -%}{%- endfor -%}
    {{ return(sources) }}
{% endmacro %}

{# The user concepts that a source writes on its events and that the person gets: [name, JSON value] pairs. #}
{% macro event_person_pairs(destination) %}
    {%- set pairs = [] -%}
    {%- for row in crosswalk.crosswalk_properties('user') if row['person'] == 'set' and row[destination] -%}
        {%- for source in var('sources') if source != destination -%}
            {%- if crosswalk.source_places(row, source) | selectattr('kind', 'equalto', 'ep') | list -%}
                {%- do pairs.append([
                    crosswalk.json_name(crosswalk.destination_cell(row[destination])['name']),
                    "case when source = '" ~ source ~ "' then nullif(cast(" ~ crosswalk.user_concept(source, row) ~ " as " ~ dbt.type_string() ~ "), 'null') end",
                ]) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(pairs) }}
{% endmacro %}

{# The row's own UUID where it has one, else a UUIDv5 of its key. #}
{% macro posthog_event_uuid() -%}
    case
        when own_uuid is not null then own_uuid
        else {{ crosswalk.uuid_v5('crosswalk--event', crosswalk.stable_name(['source', 'source_project', 'event_key'])) | indent(8) }}
    end
{%- endmacro %}

{# The UUIDv7 by which PostHog groups events into sessions: the source's own, else one made from the session's start and the device. PostHog docs, "Sessions".
   By device and not by user, so that a login does not split a session. #}
{% macro posthog_session_id() -%}
    case
        when {{ crosswalk.matches('session_id', crosswalk.uuid_v7_pattern()) }} then session_id
        when session_id is not null and session_started_at is not null
            then {{ crosswalk.uuid_v7(crosswalk.epoch_ms('session_started_at'), crosswalk.stable_name(['source', 'coalesce(device_id, distinct_id)', 'session_id'])) | indent(12) }}
    end
{%- endmacro %}
