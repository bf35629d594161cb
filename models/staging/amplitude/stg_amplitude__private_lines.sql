{{ config(materialized='table') }}

{%- set lines %}
select line_id, line from ({{ crosswalk.line_texts(ref('stg_amplitude__lines'), ref('stg_amplitude__deduplicated_keys'), ['is_strict']) }}) as texts
where is_strict
{% endset %}

{{ crosswalk.private_lines('amplitude', lines | trim) }}
