"""The stand-in is strict: each rule refuses what it should, so that a green push means something."""

import base64
import gzip
import json
import time
from typing import Any

import pytest
import urllib3
from standin.server import Standin

from cli.support import mixpanel_event, mixpanel_profile, posthog_event, record_uuid


def _post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
    answer = urllib3.request("POST", url, body=body, headers=headers, retries=False)
    return answer.status, answer.json()


def _import(standin: Standin, body: bytes, query: str = "strict=1", **headers: str) -> tuple[int, Any]:
    basic = base64.b64encode(f"{standin.token}:".encode()).decode()
    given = {"Authorization": f"Basic {basic}", "Content-Type": "application/json"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return _post(f"{standin.url}/import?{query}", body, given)


def _event(**properties: Any) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(mixpanel_event(0).payload)
    event["properties"].update(properties)
    event["properties"] = {name: value for name, value in event["properties"].items() if value is not ...}
    return event


def _nested(depth: int) -> Any:
    return {"a": _nested(depth - 1)} if depth else 1


@pytest.mark.parametrize(
    "properties",
    [
        {"time": "1740816000"},
        {"time": 1740816000.5},
        {"time": 1000},
        {"time": int(time.time()) + 7200},
        {"time": True},
        {"$insert_id": ...},
        {"$insert_id": "a" * 37},
        {"$insert_id": "a:b"},
        {"$insert_id": "None"},
        {"distinct_id": "Undefined"},
        {"distinct_id": 5},
        {"distinct_id": ..., "$user_id": ...},
        {"big": list(range(255))},
        {"wide": {str(number): 1 for number in range(255)}},
        {"deep": _nested(4)},
        {f"p{number}": 1 for number in range(249)},
        {"long": "x" * 1_000_000},
    ],
)
def test_mixpanel_refuses(standin: Standin, properties: dict[str, Any]) -> None:
    status, answer = _import(standin, json.dumps([_event(), _event(**properties)]).encode())
    assert status == 400
    assert answer["num_records_imported"] == 1
    assert [one["index"] for one in answer["failed_records"]] == [1]


@pytest.mark.parametrize(
    "properties",
    [{"distinct_id": ""}, {"distinct_id": ...}, {"deep": _nested(3)}, {"time": int(time.time()) + 3000}],
)
def test_mixpanel_takes(standin: Standin, properties: dict[str, Any]) -> None:
    assert _import(standin, json.dumps([_event(**properties)]).encode())[0] == 200


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b'[{"event":"a","event":"b"}]',
        b'[{"event":"a","properties":{"x":NaN}}]',
        b'[{"event":"\xff"}]',
        b'[{"event":"\\ud800"}]',
        b'[{"event":"a"},]',
        json.dumps([1] * 2001).encode(),
    ],
)
def test_mixpanel_refuses_the_whole_body(standin: Standin, body: bytes) -> None:
    status, answer = _import(standin, body)
    assert status == 400
    assert "failed_records" not in answer


def test_mixpanel_transport_rules(standin: Standin) -> None:
    good = json.dumps([_event()]).encode()
    assert _import(standin, good, Authorization="Basic eDp5")[0] == 401
    assert _import(standin, good, "strict=0")[0] == 400
    assert _import(standin, gzip.compress(good), Content_Encoding="gzip")[0] == 200
    assert _import(standin, gzip.compress(good))[0] == 400
    assert _import(standin, b"x" * 10_000_001)[0] == 413
    assert _import(standin, good, Content_Type="text/plain")[0] == 400
    assert _import(standin, good + b"\n" + good, Content_Type="application/x-ndjson")[0] == 400
    lines = json.dumps(_event()).encode() + b"\n" + json.dumps(_event()).encode()
    assert _import(standin, lines, Content_Type="application/x-ndjson") == (
        200,
        {"code": 200, "num_records_imported": 2, "status": "OK"},
    )
    assert len(standin.mixpanel.events()) == 1
    assert len(standin.mixpanel.raw_events) == 4 - 1
    account = base64.b64encode(f"{standin.account}:{standin.account_secret}".encode()).decode()
    assert _import(standin, good, Authorization=f"Basic {account}")[0] == 401
    assert (
        _import(standin, good, f"strict=1&project_id={standin.project_id}", Authorization=f"Basic {account}")[
            0
        ]
        == 200
    )


def test_identity_verbs_fail_the_whole_batch_with_strings(standin: Standin) -> None:
    verb = {**_event(), "event": "$identify"}
    status, answer = _import(standin, json.dumps([_event(), verb]).encode())
    assert status == 400
    assert answer["num_records_imported"] == 0
    assert isinstance(answer["failed_records"][0], str)
    standin.mixpanel.id_merge = "original"
    assert _import(standin, json.dumps([_event(), verb]).encode())[0] == 200


@pytest.mark.parametrize(
    "change",
    [
        {"$token": "x"},
        {"$distinct_id": " "},
        {"$distinct_id": 5},
        {"$set": []},
        {"$ip": []},
        {"$set": ..., "$set_once": ...},
    ],
)
def test_engage_refuses_with_200(standin: Standin, change: dict[str, Any]) -> None:
    record = json.loads(mixpanel_profile(1).payload) | {"$token": standin.token} | change
    record = {name: value for name, value in record.items() if value is not ...}
    url = f"{standin.url}/engage?ip=0&verbose=1"
    status, answer = _post(url, json.dumps([record]).encode(), {})
    assert (status, answer["status"]) == (200, 0)
    assert standin.mixpanel.raw_profiles == []


def test_engage_takes_no_gzip(standin: Standin) -> None:
    record = json.loads(mixpanel_profile(1).payload) | {"$token": standin.token}
    body = json.dumps([record]).encode()
    assert _post(f"{standin.url}/engage?ip=0", gzip.compress(body), {"Content-Encoding": "gzip"}) == (200, 0)
    assert _post(f"{standin.url}/engage", body, {}) == (200, 0)
    assert _post(f"{standin.url}/engage?ip=0", body, {}) == (200, 1)


def _batch(standin: Standin, *events: Any, **fields: Any) -> tuple[int, Any]:
    content = {"api_key": standin.api_key, "historical_migration": True, "batch": list(events)} | fields
    return _post(f"{standin.url}/batch/", gzip.compress(json.dumps(content).encode()), {})


@pytest.mark.parametrize(
    "change",
    [
        {"event": ""},
        {"event": "é" * 101},
        {"distinct_id": " "},
        {"distinct_id": "é" * 101},
        {"distinct_id": 5},
        {"uuid": "x"},
        {"uuid": None},
        {"timestamp": "2025-03-01 00:00:00"},
        {"timestamp": "2025-03-01T00:00:00"},
        {"properties": None},
        {"properties": {"$groups": "acme"}},
        {"properties": {"$set": []}},
        {"properties": {"x": "y" * 1_000_000}},
        {"uuid": record_uuid(0)},
    ],
)
def test_posthog_refuses_the_whole_request(standin: Standin, change: dict[str, Any]) -> None:
    good, bad = json.loads(posthog_event(0).payload), json.loads(posthog_event(1).payload) | change
    assert _batch(standin, good, bad)[0] == 400
    assert standin.posthog.raw_events == []


def test_posthog_request_rules(standin: Standin) -> None:
    good = json.loads(posthog_event(0).payload)
    assert _batch(standin)[0] == 400
    assert _batch(standin, good, historical_migration=False)[0] == 400
    assert _batch(standin, good, sent_at="2025-03-01T00:00:00Z")[0] == 400
    assert _batch(standin, good, api_key="phx_x")[0] == 401
    assert _batch(standin, good, padding="x" * 21_000_000)[0] == 413
    assert _batch(standin, good)[0] == 200
    assert _batch(standin, good)[0] == 200
    assert (len(standin.posthog.raw_events), len(standin.posthog.events())) == (2, 1)
