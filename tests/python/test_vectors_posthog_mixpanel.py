"""Mixpanel rows and what PostHog's own importer makes of them, read with the differences that the design names:
`tests/vectors/posthog_from_mixpanel.json`."""

import copy
from typing import Any

import harness
import pytest
from harness import Result, instant
from test_vectors_posthog import check_event, check_order, every_record_is_marked, find, read_vectors

Row = dict[str, Any]

VECTOR_LIST = read_vectors("posthog_from_mixpanel.json")

# 6.2: no fixed offset; a zone that is an hour behind all year gives the same time.
OFFSETS = {3600: "Etc/GMT+1"}

# 6.2: milliseconds are kept where the importer cuts them.
EXACT = {"time_milliseconds": "2023-10-15T14:10:00.123Z"}


def expected_events(vector: Row) -> list[Row] | str:
    """The events that have to come out, or the reason of the quarantine."""
    if "outcome" in vector.get("crosswalk", {}):
        assert vector["crosswalk"]["outcome"] == "quarantined"
        return {"no_id_at_all_dropped": "no_id", "time_missing": "no_time", "event_missing": "no_event_name"}[
            vector["name"]
        ]
    events: list[Row] = copy.deepcopy(vector["expected"]["events"])
    for event in events:
        every_record_is_marked(vector["input"], event)
        if vector["name"] in EXACT:
            event["timestamp"] = EXACT[vector["name"]]
    return events


def check(vector: Row, result: Result) -> None:
    payloads = result.payloads("posthog")
    reasons = harness.quarantine_reasons(result, "posthog")
    expected = expected_events(vector)
    if isinstance(expected, str):
        assert reasons == [expected]
        assert [payload for payload in payloads if payload.kind == "event"] == []
        return
    assert reasons == []
    unused = [payload for payload in payloads if payload.kind in ("event", "identify")]
    for event in expected:
        found = find(unused, event)
        assert found, f"no {event} among {[payload.json for payload in unused]}"
        check_event(event, found[0], payloads)
        unused.remove(found[0])
    generated = vector["config"]["generate_identify_events"]
    assert [payload for payload in unused if generated or payload.kind == "event"] == []
    check_order(payloads)


@pytest.fixture(scope="module")
def results() -> dict[str, Result]:
    found: dict[str, Result] = {}
    for offset in {vector["config"]["timestamp_offset_seconds"] for vector in VECTOR_LIST}:
        cases = {
            vector["name"]: [harness.json_text(vector["input"])]
            for vector in VECTOR_LIST
            if vector["config"]["timestamp_offset_seconds"] == offset
        }
        settings = {"mixpanel_source_timezone": OFFSETS[int(offset)]} if offset else {}
        found.update(harness.run_cases(cases, settings, tool="mixpanel"))
    return found


@pytest.mark.parametrize("vector", VECTOR_LIST, ids=lambda vector: vector["name"])
def test_vector(vector: Row, results: dict[str, Result]) -> None:
    check(vector, results[vector["name"]])


def test_every_vector_is_run() -> None:
    assert len(VECTOR_LIST) == 17


def test_times_are_instants() -> None:
    assert instant(EXACT["time_milliseconds"]).microsecond == 123000
