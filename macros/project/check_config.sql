{# The settings and what each may hold: a list of values, or a kind. One home for both the check and the tests of the docs. #}
{% macro settings() %}
    {{ return({
        'sources': {'each_of': ['amplitude', 'heap', 'mixpanel', 'posthog']},
        'destinations': {'each_of': ['mixpanel', 'posthog']},
        'amplitude_files': {'kind': 'files'},
        'amplitude_merged_users_files': {'kind': 'files'},
        'heap_files': {'kind': 'files'},
        'mixpanel_files': {'kind': 'files'},
        'mixpanel_profile_files': {'kind': 'files'},
        'posthog_files': {'kind': 'files'},
        'unreadable_files': {'kind': 'list'},
        'amplitude_schema': {'kind': 'schema'},
        'amplitude_shape': {'one_of': ['raw', 'vendor', 'fivetran', 'airbyte']},
        'heap_schema': {'kind': 'schema'},
        'heap_shape': {'one_of': ['raw', 'vendor', 'fivetran', 'airbyte']},
        'mixpanel_schema': {'kind': 'schema'},
        'mixpanel_shape': {'one_of': ['raw', 'vendor', 'fivetran', 'airbyte']},
        'posthog_schema': {'kind': 'schema'},
        'posthog_shape': {'one_of': ['raw', 'vendor', 'fivetran', 'airbyte']},
        'amplitude_project': {'kind': 'text'},
        'heap_project': {'kind': 'text'},
        'mixpanel_project': {'kind': 'text'},
        'posthog_project': {'kind': 'text'},
        'heap_label_policy': {'one_of': ['every', 'first']},
        'heap_group_type': {'kind': 'text'},
        'heap_account_property': {'kind': 'text'},
        'mixpanel_source_timezone': {'kind': 'zone'},
        'mixpanel_group_keys': {'kind': 'names'},
        'start_at': {'kind': 'time'},
        'end_at': {'kind': 'time'},
        'as_of': {'kind': 'time'},
        'sample_people': {'kind': 'share'},
        'mixpanel_event_columns': {'kind': 'names'},
        'mixpanel_profile_columns': {'kind': 'names'},
        'mixpanel_id_merge': {'one_of': ['simplified', 'original']},
        'mixpanel_insert_id': {'one_of': ['native', 'guide']},
        'posthog_person_properties': {'one_of': ['events', 'latest', 'on_change', 'once', 'none']},
        'user_properties_on_events': {'kind': 'modes'},
        'user_properties_merge': {'one_of': ['row', 'key']},
        'deny_properties': {'kind': 'property_names'},
        'hash_properties': {'kind': 'property_names'},
        'crosswalk_properties_custom': {'kind': 'text'},
        'crosswalk_events_custom': {'kind': 'text'},
        'import_id': {'kind': 'text'},
        'materialize': {'one_of': ['table', 'view', 'incremental']},
        'json_type': {'kind': 'json_type'},
        'lookback_days': {'kind': 'count'},
    }) }}
{% endmacro %}

{# Checks every setting on run start and stops with one sentence that names the setting, its value and what it may be. #}
{% macro check_config() %}
    {%- set settings = crosswalk.settings() -%}
    {%- set given = (invocation_args_dict.get('vars') or {}).keys() | list if project_name == 'crosswalk' else [] -%}
    {%- for name in given + crosswalk.declared_variables() -%}
        {%- if name not in settings -%}
            {{ exceptions.raise_compiler_error("Unknown variable '" ~ name ~ "'. The variables are: " ~ settings.keys() | sort | join(', ') ~ ". See the vars of dbt_project.yml.") }}
        {%- endif -%}
    {%- endfor -%}
    {%- for name, rule in settings.items() -%}
        {%- set problem = crosswalk.setting_problem(rule, var(name, none)) -%}
        {%- if problem -%}
            {{ exceptions.raise_compiler_error("Variable '" ~ name ~ "' is " ~ tojson(var(name, none)) ~ " but " ~ problem ~ ". Change it in the vars of dbt_project.yml or with --vars.") }}
        {%- endif -%}
    {%- endfor -%}
    {%- if crosswalk.privacy_problem() -%}{{ exceptions.raise_compiler_error(crosswalk.privacy_problem()) }}{%- endif -%}
    {%- do crosswalk.check_hash_key() -%}
    {%- set route = (invocation_args_dict.get('selector') or '').split('_to_') -%}
    {%- for name, setting in [(route[0], 'sources'), (route[-1], 'destinations')] if route | length == 2 -%}
        {%- if name in settings[setting]['each_of'] and name not in var(setting) -%}
            {{ exceptions.raise_compiler_error("The selector '" ~ route | join('_to_') ~ "' needs '" ~ name ~ "' in the variable '" ~ setting ~ "', which is " ~ tojson(var(setting)) ~ ". Add it in the vars of dbt_project.yml or with --vars.") }}
        {%- endif -%}
    {%- endfor -%}
    {%- if var('start_at') and var('end_at') and crosswalk.full_time(var('start_at')) >= crosswalk.full_time(var('end_at')) -%}
        {{ exceptions.raise_compiler_error("Variable 'start_at' (" ~ var('start_at') ~ ") has to lie before 'end_at' (" ~ var('end_at') ~ "). Change one of them in the vars of dbt_project.yml or with --vars.") }}
    {%- endif -%}
{% endmacro %}

{# What is wrong with a value, as the end of the sentence "is … but …"; empty where nothing is. #}
{% macro setting_problem(rule, value) %}
    {%- set kind = rule.get('kind') -%}
    {%- if rule.get('one_of') and value not in rule['one_of'] -%}
        {{ return("may be " ~ rule['one_of'] | join(' or ')) }}
    {%- elif rule.get('each_of') and (value is string or value is not iterable or not value or value | reject('in', rule['each_of']) | list) -%}
        {{ return("is a list of one or more of: " ~ rule['each_of'] | join(', ')) }}
    {%- elif kind == 'text' and (value is not string or not value) -%}
        {{ return("has to be a text") }}
    {%- elif kind == 'schema' and value is not none and (value is not string or not value) -%}
        {{ return("has to be the name of a schema") }}
    {%- elif kind in ('list', 'names', 'property_names') and (value is string or value is mapping or value is not iterable) -%}
        {{ return("has to be a list") }}
    {%- elif kind in ('names', 'property_names') and value | list | length != value | unique(case_sensitive=(kind == 'property_names')) | list | length -%}
        {{ return("names a property twice") }}
    {%- elif kind in ('names', 'property_names') and (value | reject('string') | list or (kind == 'names' and '' in value)) -%}
        {{ return("has to be a list of names") }}
    {%- elif kind == 'names' and value | map('lower') | select('in', crosswalk.fixed_mixpanel_columns()) | list -%}
        {{ return("names a column that the relation has anyway; leave out " ~ crosswalk.fixed_mixpanel_columns() | join(', ')) }}
    {%- elif kind == 'files' and (value is mapping or value is not iterable or not value) -%}
        {{ return("has to be a glob or a list of globs") }}
    {%- elif kind == 'time' and value is not none and not modules.re.match('^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?)?$', value | string) -%}
        {{ return("has to be a UTC time such as 2024-01-31 or 2024-01-31 13:00:00") }}
    {%- elif kind == 'time' and value is not none and not crosswalk.is_calendar_time(value | string) -%}
        {{ return("is no time of the calendar") }}
    {%- elif kind == 'zone' and value is not none and not modules.re.match('^(UTC|GMT|[A-Za-z_]+(/[A-Za-z0-9_+-]+)+)$', value | string) -%}
        {{ return("has to be the name of a time zone such as America/New_York") }}
    {%- elif kind == 'share' and (value is boolean or value is not number or value <= 0 or value > 1) -%}
        {{ return("has to be a share of people above 0 and at most 1") }}
    {%- elif kind == 'count' and (value is not integer or value < 0) -%}
        {{ return("has to be a whole number of at least 0") }}
    {%- elif kind == 'modes' -%}
        {%- if value is not mapping -%}{{ return("has to give a mode for mixpanel and for posthog") }}{%- endif -%}
        {%- for destination, mode in value.items() -%}
            {%- if destination not in ('mixpanel', 'posthog') or mode not in ('none', 'nested', 'root') -%}
                {{ return("gives each of mixpanel and posthog one of none, nested, root") }}
            {%- endif -%}
        {%- endfor -%}
    {%- elif kind == 'json_type' and value | lower not in crosswalk.json_types() -%}
        {{ return("may on " ~ adapter.type() ~ " be " ~ crosswalk.json_types() | join(' or ')) }}
    {%- endif -%}
    {{ return('') }}
{% endmacro %}

{# Whether a text of the right form is a time that the calendar has. #}
{% macro is_calendar_time(text) %}
    {%- set numbers = modules.re.findall('[0-9]+', text) | map('int') | list -%}
    {%- set year, month, day = numbers[0], numbers[1], numbers[2] -%}
    {%- set leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) -%}
    {%- set days = [31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] -%}
    {{ return(
        1 <= month <= 12 and 1 <= day <= days[month - 1]
        and (numbers[3:4] or [0])[0] < 24 and (numbers[4:5] or [0])[0] < 60 and (numbers[5:6] or [0])[0] < 60
    ) }}
{% endmacro %}

{# The columns that mixpanel_events and mixpanel_user_profiles have whatever the settings say. #}
{% macro fixed_mixpanel_columns() %}
    {{ return(['event_name', 'event_time', 'insert_id', 'user_id', 'device_id', 'distinct_id', 'properties', 'received_at', 'updated_at', 'properties_once']) }}
{% endmacro %}
