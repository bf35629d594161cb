{# The columns of Heap's tables, and the keys of its one-time JSON export, that staging gives a meaning of its own. #}
{% macro heap_spine() %}
    {{ return(['user_id', 'id', 'event_id', 'time', 'object', 'event_table_name', 'identity', 'properties', 'session_time']) }}
{% endmacro %}

{# The documented columns of events besides the spine: all others are custom properties. Sources: Heap, "Data schema"; Contentsquare, "Data Connect schema". #}
{% macro heap_columns() %}
    {{ return([
        'session_id', 'type', 'library', 'platform', 'device_type', 'country', 'region', 'city', 'ip', 'referrer', 'landing_page', 'landing_page_query',
        'landing_page_hash', 'browser', 'search_keyword', 'utm_source', 'utm_campaign', 'utm_medium', 'utm_term', 'utm_content', 'device', 'phone_model',
        'carrier', 'app_name', 'app_version', 'domain', 'query', 'path', 'hash', 'title', 'href', 'target_text', 'target_tag', 'target_class', 'target_id',
        'action_method', 'view_controller', 'screen_a11y_id', 'screen_a11y_label', 'screen_ally_id', 'screen_ally_label', 'target_view_class',
        'target_view_name', 'target_a11y_id', 'target_a11y_label', 'heap_device_id', 'heap_previous_page', 'heap_app_name', 'heap_app_version',
        'heap_device',
    ]) }}
{% endmacro %}

{# The documented columns of users that are no property of a person under that name: ids, and what Heap knows of the row. `joindate` is read by the crosswalk. #}
{% macro heap_user_ids() %}
    {{ return(['user_id', 'id', 'identity', 'properties'] + crosswalk.internal_names('heap', 'drop')) }}
{% endmacro %}

{% macro heap_user_columns() %}
    {{ return(['handle', 'last_modified', 'lastseen', 'identity_time']) }}
{% endmacro %}

{# All documented names of columns, in lower case: they go by that, whatever the case in a file. #}
{% macro heap_documented_names() %}
    {{ return(crosswalk.heap_spine() + crosswalk.heap_columns() + crosswalk.heap_user_columns() + [
        'from_user_id', 'to_user_id', 'account_id', 'joindate', 'email', '_email', 'initial_ip', 'initial_referrer',
        'initial_utm_source', 'initial_utm_campaign', 'initial_utm_medium', 'initial_utm_term', 'initial_utm_content',
    ]) }}
{% endmacro %}

{# A person's id as text, whatever a tool made of it on the way: pandas writes 4810060720600030 as 4.81006072060003e+15. #}
{% macro heap_id(text) -%}
    coalesce({{ crosswalk.plain_integer(crosswalk.trimmed(text)) }}, nullif({{ crosswalk.trimmed(text) }}, ''))
{%- endmacro %}

{# A time of Heap as a timestamp, also where pandas made a float of the milliseconds (1.704276000123e+12); null where it is none. #}
{% macro heap_time(text) -%}
    {{- crosswalk.parse_time('coalesce(' ~ crosswalk.plain_integer(text) ~ ', ' ~ text ~ ')') -}}
{%- endmacro %}

{# A timestamp that a row can tell of: not before 2000, and not more than a day after the export. #}
{% macro heap_time_told(timestamp) -%}
    case when {{ timestamp }} <= {{ crosswalk.add_days(crosswalk.as_of(), 1) }} then {{ crosswalk.plausible_time(timestamp) }} end
{%- endmacro %}

{# The column `object` of an event (`value`, and `texts` picked from the line) where it is not what the event is called by. #}
{% macro heap_object(value, texts) -%}
    {%- set type = crosswalk.trimmed(crosswalk.json_picked('texts', texts, 'type')) -%}
    {%- set object = crosswalk.trimmed(crosswalk.json_picked('texts', texts, 'object')) -%}
    case
        when file_format = 'json' and nullif({{ type }}, '') is null and {{ object }} = event_table then null
        else nullif(cast({{ value }} as {{ dbt.type_string() }}), 'null')
    end
{%- endmacro %}

{# Heap's number of a session as the file has it (`value`, and its `text`); one that a tool made a float of is the text of its digits. #}
{% macro heap_session(value, text) -%}
    case
        when {{ crosswalk.plain_integer(crosswalk.trimmed(text)) }} is not null then {{ crosswalk.json_string('session_id') }}
        else nullif(cast({{ value }} as {{ dbt.type_string() }}), 'null')
    end
{%- endmacro %}

{# Whether a text is Heap's pair of project and person: "(2001002003,4815162342000030)"; and its parts. #}
{% macro heap_tuple_project(text) -%}
    {{- crosswalk.extracted(text, '^[(] *([0-9]+) *, *"?[^,)"]+"? *[)]$') -}}
{%- endmacro %}

{% macro heap_tuple_id(text) -%}
    {{- crosswalk.extracted(text, '^[(] *[0-9]+ *, *"?([^,)"]+)"? *[)]$') -}}
{%- endmacro %}

{# What a row of a table, or a line of a JSON file, is: `event`, `user`, `session`, `migration` or `account`. A JSON file may have any name, so its lines are
   told by their keys; `columns` are those that stg_heap__parsed_rows picks. #}
{% macro heap_row_kind() -%}
    case
        when line is null then null
        when table_name in ('users', 'json_export_users') then 'user'
        when table_name in ('sessions', 'user_migrations', 'accounts') then case table_name when 'sessions' then 'session' when 'accounts' then 'account' else 'migration' end
        when file_format <> 'json' or table_name in ('all_events', 'json_export_events') or event_table_name is not null then 'event'
        when from_user_id is not null and to_user_id is not null then 'migration'
        when coalesce(time, event_id, type, object) is null and coalesce(joindate, lastseen, last_modified, identity_time) is not null then 'user'
        when coalesce(time, event_id, type, object, user_id, {{ crosswalk.column('identity') }}) is null and {{ crosswalk.matches('id', '^[^(]') }} then 'account'
        else 'event'
    end
{%- endmacro %}

{# The event table that a row of all_events names, in any case. The file of that table may carry a prefix that its name there lacks. #}
{% macro heap_listed_table() -%}
    {%- set tables = crosswalk.heap_event_tables() -%}
    {%- set named, prefixed = [], [] -%}
    {%- for table in tables -%}
        {%- do named.append(crosswalk.literal(table)) -%}
        {%- if table.startswith('event_') and table[6:] not in tables -%}{%- do prefixed.append(crosswalk.literal(table)) -%}{%- endif -%}
    {%- endfor -%}
    {%- if not named -%}{{ return('event_table_name') }}{%- endif -%}
    case
        {%- if prefixed %}
        when 'event_' || lower(event_table_name) in ({{ prefixed | join(', ') }}) then 'event_' || lower(event_table_name)
        {%- endif %}
        when lower(event_table_name) in ({{ named | join(', ') }}) then lower(event_table_name)
        else event_table_name
    end
{%- endmacro %}

{# The account of an event, {"account": ["77"]}: the one that the row or its object of custom properties names, else that of its person. #}
{% macro heap_event_groups(own_account, properties) -%}
    {%- set nested = crosswalk.json_text(properties, var('heap_account_property')) -%}
    {%- set account = "coalesce(nullif(" ~ crosswalk.trimmed(own_account) ~ ", ''), nullif(" ~ crosswalk.trimmed(nested) ~ ", ''), account)" -%}
    case
        when {{ account }} is null then '{}'
        else {{ crosswalk.json_build([[crosswalk.json_name(var('heap_group_type')), "'[' || " ~ crosswalk.json_string(account) ~ " || ']'"]]) | indent(8) }}
    end
{%- endmacro %}

{# The custom columns of a row as values: a CSV file has texts only. `object` is a column beside `file_format`. #}
{% macro heap_typed(object) -%}
    case when file_format = 'csv' then {{ crosswalk.json_from_texts(object) | indent(8) }} else {{ crosswalk.json_drop_nulls(object) | indent(8) }} end
{%- endmacro %}

{# The rows of people, sessions, migrations and accounts that can be used: they are no events and stand in no count of a route. #}
{% macro heap_lines_without_rows() -%}
    (
        select count(*)
        from {{ ref('stg_heap__parsed_rows') }} as parsed_rows
        left join {{ ref('stg_heap__rows') }} as event_rows on parsed_rows.line_id = event_rows.line_id
        where event_rows.line_id is null
    )
{%- endmacro %}

{# What makes a row's key, its person or its time, and the objects around its properties: among the keys of the line, and among its properties. #}
{% macro heap_ids(place) %}
    {{ return(crosswalk.heap_spine() + ['from_user_id', 'to_user_id', 'session_id', 'last_modified', 'lastseen', 'identity_time', 'joindate'] if place == 'line' else []) }}
{% endmacro %}
