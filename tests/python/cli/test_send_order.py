"""The order in which PostHog gets what dbt built: days oldest first, a person's records in turn, merges before `$set`."""

from collections import defaultdict
from typing import Any

import duckdb
import pytest
from harness import Payload, Result
from standin.server import Failure, Standin

from cli.support import Project


@pytest.fixture(scope="module")
def built(samples: Result) -> list[Payload]:
    """The PostHog payloads of the samples, in send order, without the event whose name is over the limit."""
    return [one for one in samples.payloads("posthog") if len(one.json["event"].encode()) <= 200]


@pytest.fixture
def arrived(connected: Project, standin: Standin, built: list[Payload]) -> list[dict[str, Any]]:
    """The records as they came in, sent in small batches by four workers to a vendor that stumbles."""
    connected.build()
    cells = [
        (
            one.send_order,
            one.event_date,
            one.bucket,
            one.kind,
            one.record_id,
            one.distinct_id,
            one.event_at,
            one.text,
            one.payload_bytes,
        )
        for one in built
    ]
    with duckdb.connect(str(connected.warehouse)) as connection:
        connection.executemany(
            "insert into posthog_payloads values (?, ?, ?, ?, ?, ?, ?, ?, ?)", [list(row) for row in cells]
        )
    standin.fail("/batch/", *[Failure(delay=0.01), Failure(503, {}), Failure(), Failure(429, {})] * 20)
    result = connected.push("posthog", "--workers", "4", "--batch-size", "2")
    assert result.code == 0, result.err
    return standin.posthog.raw_events


def _sets(event: dict[str, Any]) -> bool:
    return bool(event["properties"].keys() & {"$set", "$set_once"})


def test_merges_come_before_what_is_set(arrived: list[dict[str, Any]], built: list[Payload]) -> None:
    """PostHog may lose a property that is set before a merge of the same person arrives."""
    place = {event["uuid"]: number for number, event in enumerate(arrived)}
    assert len(place) == len(arrived) == len(built)
    merges = [
        event
        for event in arrived
        if event["event"] == "$identify" and "$anon_distinct_id" in event["properties"]
    ]
    compared = 0
    for merge in merges:
        for event in arrived:
            same = event["distinct_id"] == merge["distinct_id"] and event["uuid"] != merge["uuid"]
            if same and event["timestamp"] >= merge["timestamp"] and _sets(event):
                assert place[event["uuid"]] > place[merge["uuid"]], (merge, event)
                compared += 1
    assert len(merges) > 10
    assert compared > 10


def test_days_arrive_oldest_first(arrived: list[dict[str, Any]]) -> None:
    days = [event["timestamp"][:10] for event in arrived]
    assert days == sorted(days)
    assert len(set(days)) > 2


def test_a_persons_records_arrive_in_send_order(arrived: list[dict[str, Any]], built: list[Payload]) -> None:
    orders = {one.record_id: one.send_order for one in built}
    of_person = defaultdict(list)
    for event in arrived:
        of_person[event["distinct_id"]].append(orders[event["uuid"]])
    assert max(len(found) for found in of_person.values()) > 2
    for found in of_person.values():
        assert found == sorted(found)
