"""Every name of a property in the payloads of all sources can be denied, but those that are listed here, and then it is gone."""

from collections.abc import Iterator
from typing import Any

import harness
from harness import Payload, Result

# What every record needs, what marks it as imported, and the words that keep the destination from guessing a place.
OURS = {
    *("time", "distinct_id", "$insert_id", "event", "token", "uuid", "timestamp"),
    *("import_id", "$import_job_id", "historical_migration", "analytics_source"),
    *("$geoip_disable", "ip", "$ip"),
}
# Values of the last two that stand for no address.
NO_ADDRESS = (0, "0.0.0.0")  # noqa: S104
# Ids and times that make a row, its person or its place, under the source's names and ours; the settings refuse them.
IDS = {
    *(
        "id",
        "user_id",
        "$user_id",
        "device_id",
        "$device_id",
        "session_id",
        "$session_id",
        "alias",
        "$is_identified",
    ),
    *("$anon_distinct_id", "$distinct_id_before_identity", "$set", "$set_once", "$unset"),
    *("$groups", "$group_type", "$group_key", "$group_set", "created_at", "$created", "joindate"),
    *("amplitude_id", "amplitude_app", "amplitude_user_id", "$amplitude_user_id", "$amplitude_device_id"),
    *("amplitude_$insert_id", "amplitude_amplitude_$insert_id", "amplitude_event_id", "$amplitude_event_id"),
    *(
        "$amplitude_session_id",
        "amplitude_event_time",
        "amplitude_client_event_time",
        "amplitude_client_upload_time",
    ),
    *("amplitude_processed_time", "amplitude_server_received_time", "amplitude_server_upload_time"),
    *("$heap_user_id", "$heap_device_id", "heap_session_id", "heap_original_user_id"),
    *("heap_last_modified", "heap_lastseen", "heap_identity_time"),
    *("$mixpanel_user_id", "$mixpanel_device_id"),
    *("posthog_user_id", "posthog_distinct_id", "posthog_uuid", "posthog_$set"),
    *("posthog_$device_id", "posthog_$user_id", "posthog_$insert_id"),
}
# Of a person's rows another may be the latest once names are gone, with these.
OF_OTHER_ROWS = {"initial_browser", "initial_city", "initial_country", "initial_platform"}


def properties(payload: Payload) -> Iterator[tuple[str, Any]]:
    """The names and values of a record at every place where a property can stand."""
    record = payload.json
    for place in (
        record.get("properties"),
        *(record.get(verb) for verb in ("$set", "$set_once", "$unset", "$union")),
    ):
        if isinstance(place, dict):
            yield from place.items()
            for verb in ("$set", "$set_once", "$group_set"):
                if isinstance(place.get(verb), dict):
                    yield from place[verb].items()


def names(result: Result) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for destination in ("posthog", "mixpanel"):
        for payload in result.payloads(destination):
            for name, value in properties(payload):
                found.setdefault(name, []).append(value)
    return found


def test_what_is_named_is_gone(together: Result, together_settings: dict[str, Any]) -> None:
    before = names(together)
    denied = (set(before) | OF_OTHER_ROWS) - OURS - IDS
    assert len(denied) > 200 and {"$ip", "ip"} <= set(before)
    after = names(harness.build([], {**together_settings, "deny_properties": [*sorted(denied), "$ip", "ip"]}))
    assert sorted(set(after) - OURS - IDS) == []
    addresses = after.get("ip", []) + after.get("$ip", [])
    assert [value for value in addresses if value not in NO_ADDRESS] == []
