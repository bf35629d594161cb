{# Whose an event is. A row that goes back to Mixpanel keeps the id that Mixpanel has for the person after all merges, so that nobody falls in two. #}
{% macro mixpanel_user() -%}
    {%- if 'mixpanel' in var('sources') -%}
    case when source = 'mixpanel' and coalesce(person_id <> device_id, true) then coalesce(person_id, user_id) else user_id end
    {%- else -%}
    user_id
    {%- endif -%}
{%- endmacro %}

{# The id by which Mixpanel drops repeats: the source row's own UUID, else an MD5; both fit its rule of at most 36 of [A-Za-z0-9-].
   Mixpanel, "Import Events": properties.$insert_id. #}
{% macro mixpanel_record_id() -%}
    case
        when {{ crosswalk.matches('event_key', '^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32})$') }} then event_key
        else {{ crosswalk.md5_hex('event_key') }}
    end
{%- endmacro %}

{# The insert id that goes out. `guide` is the recipe of Mixpanel's own Amplitude guide cut to the 36 characters that its API allows; it has no part that
   tells two events of one person and moment apart, so those collapse. #}
{% macro mixpanel_insert_id() -%}
    {%- if var('mixpanel_insert_id') == 'guide' -%}
    substr({{ crosswalk.sha1_hex(
        "'[amp] ' || event_name || coalesce(user_id, '') || '-' || " ~ crosswalk.warehouse_time('event_at') ~ " || '-' || coalesce(person_id, '')"
    ) }}, 1, 36)
    {%- else -%}
    {{ crosswalk.mixpanel_record_id() }}
    {%- endif -%}
{%- endmacro %}

{# The pair that marks a record as imported. #}
{% macro mixpanel_markers() %}
    {{ return([["'\"import_id\"'", crosswalk.literal(tojson(var('import_id')))]]) }}
{% endmacro %}

{# The name under which an id arrives that Mixpanel does not take, as a JSON string expression. A source that has a column of that name keeps it. #}
{% macro unusable_id_name(id) -%}
    {%- set taken = [] -%}
    {%- for source in var('sources') if source ~ '_' ~ id in crosswalk.crosswalk_rule(source ~ '_columns')() -%}{%- do taken.append(source) -%}{%- endfor -%}
    {%- if taken -%}
    '"' || source || case when source in ('{{ taken | join("', '") }}') then '_unusable' else '' end || '_{{ id }}"'
    {%- else -%}
    '"' || source || '_{{ id }}"'
    {%- endif -%}
{%- endmacro %}

{# What the project itself writes into an event's properties, and what the `objects` hold. A Mixpanel row has its properties under Mixpanel's names already. #}
{% macro mixpanel_own_object(objects) -%}
    {#- a device of somebody else's, under the name that a property may have too -#}
    {%- set is_private = 'device_id' in var('deny_properties') + var('hash_properties') -%}
    {%- set ids = ([] if is_private else [["'\"device_id\"'", "case when not is_device_owner then " ~ crosswalk.json_string('usable_device_id') ~ " end"]]) + [
        [crosswalk.unusable_id_name('user_id'), "case when usable_user_id is null then " ~ crosswalk.json_string('user_id') ~ " end"],
        [crosswalk.unusable_id_name('device_id'), "case when " ~ crosswalk.differs('usable_device_id', 'device_id') ~ " then " ~ crosswalk.json_string('device_id') ~ " end"],
    ] + crosswalk.mixpanel_markers() -%}
    {%- set mapped = crosswalk.json_build_with(
        crosswalk.destination_pairs('mixpanel') + crosswalk.named_pairs('mixpanel') + crosswalk.nested_user_properties('mixpanel') + ids,
        objects
    ) -%}
    {%- if 'mixpanel' in var('sources') -%}
    case
        when {{ crosswalk.is_native_to('mixpanel') }} then {{ crosswalk.json_build_with([["'\"ip\"'", "'0'"]] + ids, objects) }}
        else {{ mapped }}
    end
    {%- else -%}
    {{ mapped }}
    {%- endif -%}
{%- endmacro %}

{# The groups of an event as properties, as text. A Mixpanel row has them among its own already. #}
{% macro mixpanel_group_object() -%}
    {%- set text = 'cast(' ~ crosswalk.column('groups') ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    {{- "case when " ~ crosswalk.is_native_to('mixpanel') ~ " then '{}' else " ~ text ~ " end" if 'mixpanel' in var('sources') else text -}}
{%- endmacro %}

{# Select lines for the properties that the settings want as columns of their own, as text. #}
{% macro columns_of_their_own(names, objects) -%}
    {%- for name in names %}
    {%- set texts = [] %}
    {%- for object in objects %}{%- do texts.append(crosswalk.json_text(object, name)) %}{%- endfor %}
    coalesce({{ texts | join(', ') }}, null) as {{ crosswalk.quoted_name(name) }},
    {%- endfor %}
{%- endmacro %}

{# A name as a quoted identifier, whatever it holds. #}
{% macro quoted_name(name) -%}
    {{- adapter.quote(name | string | replace('"', '""')) -}}
{%- endmacro %}

{# The text of an /import record: the properties with time, ids and insert id beside them. Those names are reserved, so the properties hold none. #}
{% macro mixpanel_event_payload(relation) -%}
    '{"event":' || {{ crosswalk.json_string('event_name') }} || ',"properties":' || {{ crosswalk.json_build_with(
        [
            ["'\"time\"'", "cast(" ~ crosswalk.epoch_ms('event_time') ~ " as " ~ dbt.type_string() ~ ")"],
            ["'\"distinct_id\"'", crosswalk.json_string('distinct_id')],
            ["'\"$insert_id\"'", crosswalk.json_string('insert_id')],
            ["'\"$user_id\"'", crosswalk.json_string('user_id')],
            ["'\"$device_id\"'", crosswalk.json_string('device_id')],
        ],
        ['cast(properties as ' ~ dbt.type_string() ~ ')']
    ) }} || '}'
{%- endmacro %}
