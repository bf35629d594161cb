"""One record as it was sent against the same as it is there, field by field."""

from typing import Any

from crosswalk.verify.sent import mixpanel_row, posthog_row

# What Mixpanel takes out of an event, or keeps under a name of its own (Mixpanel docs, reference/import-events, geolocation).
_MIXPANEL_OWN = frozenset({"time", "distinct_id", "$insert_id", "ip", "$ip", "token"})
# A PostHog project may be set to throw addresses away (PostHog docs, privacy).
_POSTHOG_OWN = frozenset({"$ip"})
_CUT_AT = 255  # Mixpanel docs, reference/import-events: longer texts are cut


def differences(destination: str, payload: dict[str, Any], held: list[Any]) -> list[str]:
    """Names of the fields that differ: `event`, `distinct_id`, `time`, or properties; nothing where all agree.

    `held` is [event, distinct id, milliseconds, properties] of the destination. What the destination adds is no difference.
    """
    _, *wanted = mixpanel_row(payload) if destination == "mixpanel" else posthog_row(payload)
    found = [
        name
        for name, one, other in zip(("event", "distinct_id", "time"), wanted, held[:3], strict=True)
        if one != other
    ]
    own = _MIXPANEL_OWN if destination == "mixpanel" else _POSTHOG_OWN
    there = held[3] if isinstance(held[3], dict) else {}
    for name, value in payload["properties"].items():
        if name not in own and not same(value, there.get(name), within=name in ("$set", "$set_once")):
            found.append(name)
    return found


def same(sent: Any, there: Any, within: bool = False) -> bool:
    """Whether a value arrived: numbers by value, long texts as far as they are kept, `within` an object that may have grown."""
    if isinstance(sent, bool) or isinstance(there, bool):
        return sent is there
    if isinstance(sent, int | float) and isinstance(there, int | float):
        return sent == there or float(sent) == float(there)
    if isinstance(sent, dict) and isinstance(there, dict):
        names = sent.keys() if within else sent.keys() | there.keys()
        return all(same(sent.get(name), there.get(name)) for name in names)
    if isinstance(sent, list) and isinstance(there, list):
        return len(sent) == len(there) and all(same(*pair) for pair in zip(sent, there, strict=True))
    if isinstance(sent, str) and isinstance(there, str) and len(sent) > _CUT_AT:
        return sent == there or (len(there.encode()) >= _CUT_AT - 3 and sent.startswith(there))
    return bool(sent == there)
