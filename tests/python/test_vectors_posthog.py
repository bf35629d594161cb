"""Amplitude rows and what PostHog's own importer makes of them, read with the differences that the design names.

`tests/vectors/posthog_from_amplitude.json` re-expresses the importer's tests; `own_amplitude.json` holds further rows
of the same families.
"""

import copy
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import harness
import pytest
from harness import Payload, Result, instant, same, strict_json

VECTORS = Path(__file__).parents[1] / "vectors"
IMPORT_ID = "crosswalk"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
PERSON_FIELDS = (("set", "$set"), ("set_once", "$set_once"))

Row = dict[str, Any]
Event = dict[str, Any]


def read_vectors(*names: str, record: str = "posthog") -> list[Row]:
    """The vectors of files that are meant to be run; `own_amplitude.json` says by `destination` whose they are."""
    vectors = [
        vector for name in names for vector in strict_json((VECTORS / name).read_text(encoding="utf-8"))
    ]
    return [
        vector
        for vector in vectors
        if vector["kind"] == "row" and vector.get("destination", record) == record
    ]


# The differences. Each changes what is expected of a row, and names the rule of the design that says so.


@dataclass(frozen=True)
class Difference:
    """One deliberate difference: `rewrite` changes an expected event in place, given its row."""

    rule: str
    rewrite: Callable[[Row, Event], None]


PHONES = ("iphone", "phone", "galaxy", "pixel", "nexus", "ipod", "samsung", "huawei", "xiaomi")
NATIVE_PLATFORMS = ("ios", "ipados", "android", "tvos", "watchos", "macos", "windows", "linux")


def lower(value: Any) -> str:
    return value.strip().lower() if isinstance(value, str) else ""


def is_native(row: Row) -> bool:
    if lower(row.get("platform")):
        return lower(row["platform"]) in NATIVE_PLATFORMS
    return any(lower(row.get(key)) in ("ios", "ipados", "android") for key in ("os_name", "device_type"))


def is_main(event: Event) -> bool:
    return event["event"] not in ("$identify", "$groupidentify") or "properties" not in event


def native_os_is_no_browser(row: Row, event: Event) -> None:
    if not is_main(event) or not is_native(row):
        return
    for field in ("properties", "set"):
        wanted = event.get(field)
        if isinstance(wanted, dict):
            for name in ("$browser", "$browser_version", "$os"):
                wanted.pop(name, None)
            event.setdefault(f"absent_{field}", []).extend(["$browser", "$browser_version"])
            wanted["$os"] = row.get("os_name") or row.get("device_type")
            if row.get("os_version"):
                wanted["$os_version"] = row["os_version"]


def device_type_in_any_case(row: Row, event: Event) -> None:
    if not is_main(event):
        return
    device = lower(row.get("device_type"))
    kind = "Desktop" if re.match("(windows|linux|mac)$", device) else ""
    if device in ("ios", "android") or any(phone in device for phone in PHONES):
        kind = "Mobile"
    for field in ("properties", "set"):
        if kind and "$device_type" in event.get(f"absent_{field}", []):
            event[f"absent_{field}"].remove("$device_type")
            event.setdefault(field, {})["$device_type"] = kind


def every_record_is_marked(_: Row, event: Event) -> None:
    if "$import_job_id" in event.get("absent_properties", []):
        event["absent_properties"].remove("$import_job_id")
    if event.get("properties", {}).get("$import_job_id", IMPORT_ID) == "<JOB>":
        event["properties"]["$import_job_id"] = IMPORT_ID
    event.setdefault("properties", {}).setdefault("$import_job_id", IMPORT_ID)


def group_record_has_its_own_id(_: Row, event: Event) -> None:
    if event["event"] == "$groupidentify":
        event["distinct_id"] = f"${event['properties']['$group_type']}_{event['properties']['$group_key']}"


def ids_are_trimmed(_: Row, event: Event) -> None:
    if isinstance(event.get("distinct_id"), str):
        event["distinct_id"] = event["distinct_id"].strip()


def blank_ids_are_absent(_: Row, event: Event) -> None:
    for name in ("$amplitude_user_id", "$amplitude_device_id", "$device_id"):
        if event.get("properties", {}).get(name, "-").strip() == "":
            del event["properties"][name]


def sessions_are_built(row: Row, event: Event) -> None:
    if "$session_id" in event.get("absent_properties", []) and re.fullmatch(
        r"[1-9]\d*", str(row.get("session_id"))
    ):
        event["absent_properties"].remove("$session_id")


DIFFERENCES = (
    Difference(
        "6.5: a native mobile row has its OS in os_name, and no browser is claimed", native_os_is_no_browser
    ),
    Difference(
        "6.5: $device_type is Mobile or Desktop in any case, Mac and phone models too",
        device_type_in_any_case,
    ),
    Difference("6.12: $import_job_id stands on every record", every_record_is_marked),
    Difference("6.10: a group record has the distinct id $<type>_<key>", group_record_has_its_own_id),
    Difference("6.8: ids are trimmed", ids_are_trimmed),
    Difference("6.8: a blank id counts as absent", blank_ids_are_absent),
    Difference("6.11: $session_id is a UUIDv7", sessions_are_built),
)


def expected_of(vector: Row) -> list[Any]:
    """What has to come out for each input row: a list of events, or the text `dropped` or `quarantined`."""
    inputs = rows_of(vector)
    ours = vector.get("crosswalk", {})
    expected = vector["expected"] if vector.get("sequence") else [vector["expected"]]
    if "expected" in ours:
        expected = ours["expected"] if vector.get("sequence") else [ours["expected"]]
    outcomes: list[Any] = []
    for row, wanted in zip(inputs, copy.deepcopy(expected), strict=True):
        if "outcome" in ours:
            outcomes.append(ours["outcome"])
        elif wanted == "dropped" or wanted == []:
            outcomes.append("dropped")
        elif "error" in wanted:
            outcomes.append("quarantined")
        elif "event_count" in wanted:
            outcomes.append(int(wanted["event_count"]))
        else:
            for event in wanted["events"]:
                for difference in DIFFERENCES:
                    difference.rewrite(row, event)
            if any(event.get("timestamp") == "<now>" for event in wanted["events"]):
                outcomes.append("quarantined")  # 6.2: a row without a time is never dated today
            else:
                outcomes.append(wanted["events"])
    return outcomes


def rows_of(vector: Row) -> list[Row]:
    rows: list[Row] = vector["input"] if vector.get("sequence") else [vector["input"]]
    return rows


def has_usable_id(row: Row) -> bool:
    return any(str(row.get(key) or "").strip() for key in ("user_id", "device_id", "amplitude_id"))


# The check


def check(vector: Row, result: Result) -> None:
    """Compares what came out with what a vector expects."""
    payloads = result.payloads("posthog")
    reasons = harness.quarantine_reasons(result, "posthog")
    config = vector.get("config", {})
    events = [payload for payload in payloads if payload.kind == "event"]
    identifies = [payload for payload in payloads if payload.kind == "identify"]
    unused = list(events)
    wanted_identifies = 0
    quarantined = 0
    groups: dict[tuple[str, str], Event] = {}
    for row, outcome in zip(rows_of(vector), expected_of(vector), strict=True):
        if outcome == "dropped":
            continue
        if outcome == "quarantined":
            quarantined += 1
            continue
        if isinstance(outcome, int):
            assert len(events) >= outcome
            unused = []
            continue
        for event in outcome:
            if event["event"] == "$identify" and "$anon_distinct_id" in event.get("properties", {}):
                wanted_identifies += 1
                found = find(identifies, event)
                assert found, f"no $identify {event} among {identifies}"
                check_event(event, found[0], payloads)
            elif event["event"] == "$groupidentify":
                key = (event["properties"]["$group_type"], event["properties"]["$group_key"])
                fold_group(groups, key, event)
            elif not has_usable_id(row):
                quarantined += 1  # 6.8: PostHog quarantines a row without any id
            else:
                found = find(unused, event)
                assert found, f"no event {event} among {[payload.json for payload in events]}"
                check_event(event, found[0], payloads)
                unused.remove(found[0])
    if config.get("import_events", True):
        assert unused == []
    assert len(reasons) == quarantined, reasons
    if config.get("generate_identify_events"):
        assert len(identifies) == wanted_identifies
    if config.get("generate_group_identify_events"):
        check_groups(groups, payloads)
    check_order(payloads)


def find(payloads: list[Payload], event: Event) -> list[Payload]:
    """The records that can be the expected event: by name, who and when."""
    return [
        payload
        for payload in payloads
        if payload.json["event"] == event["event"]
        and event.get("distinct_id", payload.distinct_id) == payload.distinct_id
        and ("timestamp" not in event or instant(event["timestamp"]) == instant(payload.json["timestamp"]))
    ]


def check_event(event: Event, payload: Payload, payloads: list[Payload]) -> None:
    """An expected event against a record; `set` and `set_once` against everything sent for that distinct id."""
    properties = payload.properties
    check_uuid(event.get("uuid", "<any-uuid>"), payload.record_id)
    for name, value in event.get("properties", {}).items():
        assert name in properties, f"{name} is missing in {properties}"
        assert same(value, properties[name]), f"{name} is {properties[name]!r}, not {value!r}"
    assert set(event.get("absent_properties", [])) & properties.keys() == set()
    of_person = [other.properties for other in payloads if other.distinct_id == payload.distinct_id]
    for field, name in PERSON_FIELDS:
        if event.get(field) == "<absent>":
            assert name not in properties
            continue
        sent = [person.get(name, {}) for person in of_person]
        for key, value in event.get(field, {}).items():
            assert any(key in values and same(value, values[key]) for values in sent), (
                f"{name}.{key}: {value!r} not in {sent}"
            )
        for key in event.get(f"absent_{field}", []):
            assert not any(key in values for values in sent), f"{name}.{key} in {sent}"


def check_uuid(wanted: str, uuid: str) -> None:
    assert UUID.fullmatch(uuid)
    if not wanted.startswith("<any-uuid"):
        assert uuid == wanted.lower()


def fold_group(groups: dict[tuple[str, str], Event], key: tuple[str, str], event: Event) -> None:
    """The importer sends differences; the project one record a group with its latest properties, dated when it was first seen."""
    first = groups.setdefault(key, copy.deepcopy(event))
    state: dict[str, Any] = first["properties"]["$group_set"]
    state.update(event["properties"].get("$group_set", {}))
    for name in event["properties"].get("$group_unset", []):
        state.pop(name, None)
    first["properties"].pop("$group_unset", None)


def check_groups(groups: dict[tuple[str, str], Event], payloads: list[Payload]) -> None:
    sent = {
        (payload.properties["$group_type"], payload.properties["$group_key"]): payload
        for payload in payloads
        if payload.kind == "group_identify"
    }
    assert groups.keys() <= sent.keys()
    for key, event in groups.items():
        assert len(find([sent[key]], event)) == 1, f"{event} is not {sent[key].json}"
        check_event(event, sent[key], payloads)


def check_order(payloads: list[Payload]) -> None:
    """$identify, then $groupidentify, then the event of the same moment; nothing is doubled."""
    ranks = {"identify": 0, "group_identify": 1, "event": 2, "person_update": 3}
    keys = [
        (payload.event_date, payload.bucket, payload.event_at, ranks[payload.kind]) for payload in payloads
    ]
    assert keys == sorted(keys)
    assert len({payload.record_id for payload in payloads}) == len(payloads)
    assert [payload.send_order for payload in payloads] == list(range(1, len(payloads) + 1))


VECTOR_LIST = read_vectors("posthog_from_amplitude.json", "own_amplitude.json")


@pytest.fixture(scope="module")
def results() -> dict[str, Result]:
    return harness.run_cases(
        {vector["name"]: [harness.json_text(row) for row in rows_of(vector)] for vector in VECTOR_LIST}
    )


@pytest.mark.parametrize("vector", VECTOR_LIST, ids=lambda vector: vector["name"])
def test_vector(vector: Row, results: dict[str, Result]) -> None:
    check(vector, results[vector["name"]])


def test_every_difference_names_a_rule() -> None:
    assert all(re.match(r"6\.\d+: ", difference.rule) for difference in DIFFERENCES)
    assert json.loads((VECTORS / "posthog_from_amplitude.json").read_text())
