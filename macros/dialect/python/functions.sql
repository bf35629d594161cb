{# The SQL functions over the text of scripts/crosswalk/json_functions.py. #}

{# What the session has to be, looked at on run start: a timestamp is one without a zone. Snowflake Documentation, Parameters: TIMESTAMP_TYPE_MAPPING. #}
{% macro snowflake__check_session() -%}
    {%- for row in (run_query("show parameters like 'TIMESTAMP_TYPE_MAPPING' in session").rows if execute else []) if row['value'] | upper != 'TIMESTAMP_NTZ' -%}
        {{ exceptions.raise_compiler_error("The Snowflake session has TIMESTAMP_TYPE_MAPPING " ~ row['value'] ~ ", and every time would be off: type `alter user " ~ target.user ~ " set timestamp_type_mapping = timestamp_ntz`.") }}
    {%- endfor -%}
{%- endmacro %}

{# Snowflake Documentation, CREATE FUNCTION; Writing a UDTF in Python. #}
{% macro snowflake__python_functions() %}
{%- set types = {'text': 'varchar', 'flag': 'boolean', 'count': 'number(38, 0)', 'number': 'double'} -%}
{%- for kind, type in types.items() %}
create or replace function {{ crosswalk.python__function(kind) }}(name varchar, one varchar, two varchar, three varchar, four varchar)
returns {{ type }}
language python
immutable
runtime_version = '3.11'
handler = 'call'
as $$
{{ crosswalk.python__source() }}
$$;
{% endfor %}
create or replace function {{ crosswalk.python__function('digits') }}(name varchar, one double)
returns varchar
language python
immutable
runtime_version = '3.11'
handler = 'call'
as $$
{{ crosswalk.python__source() }}
$$;

create or replace function {{ crosswalk.python__function('rows') }}(kind varchar, given varchar)
returns table (key varchar, value varchar, element varchar, name varchar)
language python
runtime_version = '3.11'
handler = 'Rows'
as $$
{{ crosswalk.python__source() }}
$$;

-- texts whose order is that of the values, for max_by
create or replace function {{ crosswalk.python__function('sort_key') }}(given varchar)
returns varchar as 'given';
create or replace function {{ crosswalk.python__function('sort_key') }}(given timestamp_ntz)
returns varchar as 'to_char(given, ''YYYY-MM-DD HH24:MI:SS.FF6'')';
create or replace function {{ crosswalk.python__function('sort_key') }}(given number)
returns varchar as 'lpad(to_varchar(given), 38, ''0'')';
{% endmacro %}

{# What Redshift lacks of it. The functions are those of a Lambda function that the owner of the cluster makes, see docs/warehouses.md; to replace one asks for a
   superuser, so what is there is left. Amazon Redshift Database Developer Guide, CREATE EXTERNAL FUNCTION and CREATE FUNCTION. #}
{% macro redshift__python_functions() %}
    {%- set types = {'text': 'varchar(65535)', 'flag': 'boolean', 'count': 'bigint', 'number': 'double precision'} -%}
    {%- set there = [] -%}
    {%- if execute -%}
        {%- set query = "select distinct proname from pg_proc inner join pg_namespace on pronamespace = pg_namespace.oid where nspname = " ~ crosswalk.literal(target.schema) -%}
        {%- for row in run_query(query).rows -%}{%- do there.append(row[0]) -%}{%- endfor -%}
    {%- endif -%}
    {%- if 'f_crosswalk_text' in there -%}{{- crosswalk.redshift__check_lambda() -}}{%- endif -%}
    {%- set lambda = "stable lambda " ~ crosswalk.literal(env_var('CROSSWALK_REDSHIFT_LAMBDA', 'crosswalk')) ~ " iam_role " -%}
    {%- set role = env_var('CROSSWALK_REDSHIFT_ROLE', 'default') -%}
    {%- set lambda = lambda ~ ('default' if role == 'default' else crosswalk.literal(role)) -%}
    {%- for kind, type in types.items() if 'f_crosswalk_' ~ kind not in there %}
create external function {{ crosswalk.python__function(kind) }}(varchar, varchar(65535), varchar(65535), varchar(65535), varchar(65535))
returns {{ type }} {{ lambda }};
    {%- endfor %}
    {%- if 'f_crosswalk_digits' not in there %}
create external function {{ crosswalk.python__function('digits') }}(varchar, double precision) returns varchar(65535) {{ lambda }};
    {%- endif %}
create or replace function {{ crosswalk.python__function('sort_key') }}(varchar(65535)) returns varchar(65535) immutable as $$ select $1 $$ language sql;
create or replace function {{ crosswalk.python__function('sort_key') }}(timestamp) returns varchar(65535) immutable as $$ select to_char($1, 'YYYY-MM-DD HH24:MI:SS.US') $$ language sql;
create or replace function {{ crosswalk.python__function('sort_key') }}(bigint) returns varchar(65535) immutable as $$ select lpad(cast($1 as varchar), 20, '0') $$ language sql;
{% endmacro %}

{# Whether the Lambda function has the text of this version: one sentence where it has not. #}
{% macro redshift__check_lambda() %}
    {%- if execute -%}
        {%- set version = run_query("select " ~ crosswalk.python__call('text', 'version', ["''"])).rows[0][0] -%}
        {%- if version != crosswalk.python__version() -%}
            {{ exceptions.raise_compiler_error(
                "The Lambda function behind " ~ crosswalk.python__function('text') ~ " has version " ~ version ~ " of json_functions.py, and this project needs "
                ~ crosswalk.python__version() ~ ": update it as docs/warehouses.md says."
            ) }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}

{# BigQuery documentation, User-defined functions in Python; a raw text between three quotes keeps its backslashes. #}
{% macro bigquery__python_functions() %}
{%- set types = {'text': 'string', 'flag': 'bool', 'count': 'int64', 'number': 'float64'} -%}
{%- for kind, type in types.items() %}
create function if not exists {{ crosswalk.python__function(kind) }}(name string, one string, two string, three string, four string)
returns {{ type }}
language python
options (entry_point = 'call', runtime_version = 'python-3.11')
as r'''
{{ crosswalk.python__source() }}
''';
{% endfor %}
create function if not exists {{ crosswalk.python__function('digits') }}(name string, one float64)
returns string
language python
options (entry_point = 'call', runtime_version = 'python-3.11')
as r'''
{{ crosswalk.python__source() }}
''';
{% endmacro %}
