"""Amplitude rows and what Mixpanel should get from them: `tests/vectors/mixpanel_from_amplitude.json` and our own."""

import re
from typing import Any

import harness
import pytest
from harness import Result, same
from test_vectors_posthog import Row, read_vectors, rows_of

ENDPOINTS = {"event": "import", "profile": "engage", "group": "groups"}
INSERT_ID = re.compile(r"[A-Za-z0-9-]{1,36}")
# What may stand in a record besides what the vector asserts is not limited, but these never may.
NEVER_IN_EVENTS = ("token", "$token", "$ip", "$import", "bucket", "$bucket", "$distinct_id")

Wanted = dict[str, Any]


def holds(condition: Any, present: bool, actual: Any) -> bool:
    """Whether a value, or its absence, is what a vector asks for."""
    if condition is None:
        return not present
    if isinstance(condition, dict):
        if "matches" in condition:
            return isinstance(actual, str) and re.search(condition["matches"], actual) is not None
        if "one_of" in condition:
            return any(holds(choice, present, actual) for choice in condition["one_of"])
        if "not_in" in condition:
            return not any(present and same(choice, actual) for choice in condition["not_in"])
        if "derived_from" in condition:
            return isinstance(actual, str) and INSERT_ID.fullmatch(actual) is not None
    return present and same(condition, actual)


def problems_of_event(wanted: Wanted, record: Wanted) -> list[str]:
    """Where an /import record is not what is wanted; `event` is its name, all else stands under `properties`."""
    properties = record["properties"]
    found: list[str] = []
    for name, condition in wanted.items():
        if name == "event":
            if not holds(condition, True, record["event"]):
                found.append(f"event is {record['event']!r}")
        elif name == "absent":
            found.extend(f"{key} is there" for key in condition if key in properties)
        elif not holds(condition, name in properties, properties.get(name)):
            found.append(f"{name} is {properties.get(name)!r}, not {condition!r}")
    return found


def problems_of_record(wanted: Wanted, record: Wanted) -> list[str]:
    """Where an /engage or /groups record is not what is wanted; `$set` and `$set_once` are subsets."""
    found: list[str] = []
    for name, condition in wanted.items():
        if name == "absent":
            inside = [record, record.get("$set", {}), record.get("$set_once", {})]
            found.extend(f"{key} is there" for key in condition if any(key in part for part in inside))
        elif name == "not_in_$set":
            found.extend(f"{key} is in $set" for key in condition if key in record.get("$set", {}))
        elif name in ("$set", "$set_once") and isinstance(condition, dict):
            part = record.get(name, {})
            found.extend(
                f"{name}.{key} is {part.get(key)!r}, not {value!r}"
                for key, value in condition.items()
                if not holds(value, key in part, part.get(key))
            )
        elif not holds(condition, name in record, record.get(name)):
            found.append(f"{name} is {record.get(name)!r}, not {condition!r}")
    return found


def match(wanted: list[Wanted], records: list[Wanted], kind: str) -> list[str]:
    """What no record fulfils; each wanted record needs one of its own."""
    problems = problems_of_event if kind == "event" else problems_of_record
    unused = list(records)
    missing = []
    for one in wanted:
        fits = [record for record in unused if not problems(one, record)]
        if fits:
            unused.remove(fits[0])
        else:
            missing.append(str([problems(one, record) for record in unused] or "no record at all"))
    return missing


def check(vector: Row, result: Result) -> None:
    """Compares what came out with what a vector expects."""
    kind = vector["record"]
    payloads = result.payloads("mixpanel")
    records = [payload.json for payload in payloads if payload.kind == ENDPOINTS[kind]]
    expected = vector.get("crosswalk", {}).get("expected", vector["expected"])
    if "outcome" in vector.get("crosswalk", {}):
        expected = vector["crosswalk"]
    outcomes: list[str] = []
    if isinstance(expected, dict):
        outcomes = expected.get("outcome_one_of") or ([expected["outcome"]] if "outcome" in expected else [])
    if outcomes:
        assert records == []
        if outcomes == ["quarantined"]:
            assert harness.quarantine_reasons(result, "mixpanel") != []
    elif isinstance(expected, list):
        assert match(expected, records, kind) == []
        assert len(records) == len(expected)
    else:
        assert match([expected], records, kind) == []
        if kind != "group":
            assert len(records) == 1
    for payload in payloads:
        check_legal(
            payload.kind,
            payload.json,
            payload.record_id,
            vector["config"].get("mixpanel_id_merge", "simplified"),
        )


def check_legal(kind: str, record: Wanted, record_id: str, id_merge: str) -> None:
    """What Mixpanel asks of every record."""
    assert record_id
    if kind == "import":
        properties = record["properties"]
        assert record["event"].strip()
        assert INSERT_ID.fullmatch(properties["$insert_id"])
        assert isinstance(properties["distinct_id"], str)
        assert properties["time"] == int(properties["time"])
        assert properties.keys().isdisjoint(NEVER_IN_EVENTS)
        if id_merge == "original":
            return
        assert record["event"] not in ("$identify", "$create_alias", "$merge")
        if "$user_id" in properties:
            assert properties["distinct_id"] == properties["$user_id"]
        elif "$device_id" in properties:
            assert properties["distinct_id"] == "$device:" + properties["$device_id"]
        assert properties["import_id"] == "crosswalk"
    elif kind == "engage":
        assert record["$ip"] == 0
        assert record["$ignore_time"] is True
        assert "$last_seen" not in record["$set"]
        assert record["$set"]["import_id"] == "crosswalk"
    else:
        assert record["$group_key"]
        assert record["$group_id"]


VECTOR_LIST = read_vectors("mixpanel_from_amplitude.json", "own_amplitude.json", record="mixpanel")


def id_merge_of(vector: Row) -> str:
    return str(vector["config"].get("mixpanel_id_merge", "simplified"))


@pytest.fixture(scope="module")
def results() -> dict[str, Result]:
    found: dict[str, Result] = {}
    for id_merge in ("simplified", "original"):
        vectors = [vector for vector in VECTOR_LIST if id_merge_of(vector) == id_merge]
        found |= harness.run_cases(
            {vector["name"]: [harness.json_text(row) for row in rows_of(vector)] for vector in vectors},
            {"mixpanel_id_merge": id_merge} if id_merge != "simplified" else {},
        )
    return found


@pytest.mark.parametrize("vector", VECTOR_LIST, ids=lambda vector: vector["name"])
def test_vector(vector: Row, results: dict[str, Result]) -> None:
    check(vector, results[vector["name"]])
