"""Every name of a property in the payloads of all sources can be denied, but those that are listed here, and then it is gone."""

from collections.abc import Iterator
from typing import Any

import harness
import pytest
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
    *("$heap_user_id", "$heap_device_id", "heap_session_id", "heap_original_user_id", "heap_project_id"),
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


# Names that stand for others: of each source the setting, its lines, and what may stand nowhere then.
CANARY = "CANARY"
AMPLITUDE = {"event_type": "Buy", "event_time": "2024-05-01 10:00:00", "user_id": "u1", "country": "Germany"}
HEAP = {"id": "(1,77)", "event_id": "5", "time": "2024-05-01 10:00:00", "type": "Buy", "identity": "u1"}
MIXPANEL = {"time": 1714557600, "distinct_id": "u1", "email": CANARY, "$ip": CANARY, "kept": 1}
POSTHOG = {"event": "Buy", "distinct_id": "u1", "timestamp": "2024-05-01T10:00:00Z"}
BEHIND: dict[str, tuple[list[str], list[dict[str, Any]], str]] = {
    # on events the concept has another name
    "amplitude": (["$country_code"], [AMPLITUDE], '"DE"'),
    # the type of the groups
    "heap": (["account"], [HEAP | {"account_id": CANARY}], CANARY),
    # written as another tool does
    "mixpanel": (
        ["$email", "ip"],
        [
            {"event": "Buy", "properties": MIXPANEL},
            {"$distinct_id": "u1", "$properties": {"Email": CANARY, "kept": 1}},
        ],
        CANARY,
    ),
    "posthog": (
        ["email"],
        [{**POSTHOG, "properties": {"kept": 1, "$set": {"$email": CANARY, "Email": CANARY}}}],
        CANARY,
    ),
}


@pytest.mark.parametrize("tool", BEHIND)
def test_what_arrives_under_the_name_is_gone(tool: str) -> None:
    denied, lines, private = BEHIND[tool]
    result = harness.run(lines, {"deny_properties": denied}, tool=tool)
    payloads = result.payloads("mixpanel") + result.payloads("posthog")
    assert payloads and not [payload.text for payload in payloads if private in payload.text]
    if "kept" in str(lines):
        assert all("kept" in str(payload.json) for payload in payloads if payload.kind != "identify")
    found = {name for name in result.relations() if private in str(result.rows(name))}
    assert not found


def test_columns_of_heap_that_go_by_another_name() -> None:
    """Documented names in lower case, all of a header in upper case, and a number where a name stands there already."""
    folder = harness.new_folder()
    times = "2024-05-01 10:00:00,u1"
    (folder / "buy.csv").write_text(f"time,identity,city,City,kept\n{times},{CANARY},{CANARY},1\n")
    (folder / "sell.csv").write_text(f"TIME,IDENTITY,SECRET\n{times},{CANARY}\n")
    settings = {"sources": ["heap"], "heap_files": f"{folder}/*.csv", "deny_properties": ["city", "SECRET"]}
    without = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
    harness.on_duckdb(["build", "--select", "+stg_heap__lines", *without], folder, settings)
    lines = str(harness.opened(folder).rows("stg_heap__lines"))
    assert CANARY not in lines and '"kept":"1"' in lines
