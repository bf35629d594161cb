{# A UUID text in lower case with hyphens; null where the text is none. Bare, hyphenated, braced and urn: forms count, as in Rust's `Uuid::parse_str`,
   which PostHog's importer uses. The nil UUID names nothing. #}
{% macro canonical_uuid(text) -%}
    {%- set named = crosswalk.replaced('trim(' ~ text ~ ')', '^[uU][rR][nN]:[uU][uU][iI][dD]:', '') -%}
    {%- set bare = 'lower(' ~ crosswalk.replaced(named, '^[{](.*)[}]$', '\\1') ~ ')' -%}
    case
        when {{ text }} is null or length({{ text }}) < 32 then null
        -- nearly every one; the nil UUID has no digit but 0
        when {{ crosswalk.matches(text, '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]*[1-9a-f][0-9a-f]*$') }} and length({{ text }}) = 36 then {{ text }}
        when {{ bare }} = '00000000-0000-0000-0000-000000000000' then null
        when {{ crosswalk.matches(bare, '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$') }} then {{ bare }}
        when {{ crosswalk.matches(bare, '^[0-9a-f]{32}$') }} and {{ bare }} <> '00000000000000000000000000000000'
            then substr({{ bare }}, 1, 8) || '-' || substr({{ bare }}, 9, 4) || '-' || substr({{ bare }}, 13, 4)
                || '-' || substr({{ bare }}, 17, 4) || '-' || substr({{ bare }}, 21, 12)
    end
{%- endmacro %}
