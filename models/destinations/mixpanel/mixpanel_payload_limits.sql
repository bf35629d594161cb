{{ crosswalk.limit_violations('mixpanel', ref('mixpanel_payloads')) }}
