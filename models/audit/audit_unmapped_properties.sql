-- depends_on: {{ ref('crosswalk_properties') }}
-- depends_on: {{ ref(var('crosswalk_properties_custom')) }}

with

catalog as (

    select * from {{ ref('audit_property_catalog') }}

),

mapped as (

    {%- set rows = [] %}
    {%- for source in var('sources') %}
        {%- for scope, kind in [('event', 'ep'), ('user', 'up')] %}
            {%- for name in crosswalk.source_keys(source, kind, scope) %}{% do rows.append([source, scope, name]) %}{% endfor %}
        {%- endfor %}
    {%- endfor %}
    {%- for row in rows %}
    select {{ crosswalk.literal(row[0]) }} as source, {{ crosswalk.literal(row[1]) }} as scope, {{ crosswalk.literal(row[2]) }} as name
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select
    catalog.source,
    catalog.scope,
    catalog.name,
    catalog.{{ crosswalk.column('rows') }}
from catalog
left join mapped
    on catalog.source = mapped.source and catalog.scope = mapped.scope and catalog.name = mapped.name
where mapped.name is null and catalog.scope not in ('group', 'missing_column')
order by catalog.source asc, catalog.scope asc, catalog.{{ crosswalk.column('rows') }} desc, catalog.name asc
