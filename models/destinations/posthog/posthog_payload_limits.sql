{{ crosswalk.limit_violations('posthog', ref('posthog_payloads')) }}
