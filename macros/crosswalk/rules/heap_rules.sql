{# What Heap writes in one column and the hub keeps in two, and what it writes in several and the hub keeps in one. Each macro renders from the columns of
   stg_heap__events. #}

{# What Heap calls the library is the kind of app: web, ios, android. #}
{% macro heap_platform() -%}
    library
{%- endmacro %}

{# "Mac OS X 10.15.7", "Windows 10", "iOS 17.1", "Chrome OS 114.0", "Linux": the name is all before the version. `web` is no operating system. #}
{% macro heap_os() -%}
    case
        when lower(trim(platform)) = 'web' then null
        else coalesce({{ crosswalk.extracted('trim(platform)', '^(.*[^ ]) +v?[0-9][0-9A-Za-z._-]*$') }}, trim(platform))
    end
{%- endmacro %}

{% macro heap_os_version() -%}
    {{- crosswalk.extracted('trim(platform)', '^.*[^ ] +v?([0-9][0-9A-Za-z._-]*)$') -}}
{%- endmacro %}

{% macro heap_browser() -%}
    coalesce({{ crosswalk.extracted('trim(browser)', '^(.*[^ ]) +v?[0-9][0-9A-Za-z._-]*$') }}, trim(browser))
{%- endmacro %}

{% macro heap_browser_version() -%}
    {{- crosswalk.extracted('trim(browser)', '^.*[^ ] +v?([0-9][0-9A-Za-z._-]*)$') -}}
{%- endmacro %}

{# The address of the page itself, built from its parts. A page without a domain is a file or a screen and has none. #}
{% macro heap_current_url() -%}
    {%- set hash = crosswalk.column('hash') -%}
    case
        when domain <> '' then
            case when domain like '%://%' then '' else 'https://' end || domain
            || case when path <> '' and path not like '/%' then '/' else '' end || coalesce(path, '')
            || case when query <> '' and query not like '?%' then '?' else '' end || coalesce(query, '')
            || case when {{ hash }} <> '' and {{ hash }} not like '#%' then '#' else '' end || coalesce({{ hash }}, '')
    end
{%- endmacro %}

{# Heap's word for a visit that came from nowhere is `direct`; both destinations write `$direct`. #}
{% macro heap_referrer() -%}
    case when lower(trim(referrer)) = 'direct' then '$direct' else referrer end
{%- endmacro %}

{% macro heap_referring_domain() -%}
    case
        when lower(trim(referrer)) = 'direct' then '$direct'
        else lower({{ crosswalk.extracted('trim(referrer)', '^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?([^/?#:]+)') }})
    end
{%- endmacro %}

{# The columns that these rules read besides those that the crosswalk names. #}
{% macro heap_rule_columns() %}
    {{ return(['platform', 'browser', 'domain', 'path', 'query', 'hash', 'referrer']) }}
{% endmacro %}
