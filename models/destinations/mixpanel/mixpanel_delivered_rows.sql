{{ crosswalk.delivered_rows(
    ref('mixpanel_payloads'), "endpoint = 'import'", ref('mixpanel_routed_events'), crosswalk.mixpanel_record_id()
) }}
