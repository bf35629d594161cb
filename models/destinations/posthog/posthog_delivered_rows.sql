{{ crosswalk.delivered_rows(
    ref('posthog_payloads'), "kind = 'event'", ref('posthog_routed_events'), crosswalk.posthog_event_uuid()
) }}
