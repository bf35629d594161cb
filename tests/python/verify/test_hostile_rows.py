"""What a destination holds may be anything: odd rows are compared or counted, and none stops the command."""

import copy
import json
from typing import Any

import pytest
from standin.server import Failure

from verify.conftest import Delivery

HALF = "\ud83d"  # half of a surrogate pair, which JSON can write and UTF-8 cannot


@pytest.mark.parametrize("delivery", ["mixpanel"], indirect=True)
@pytest.mark.parametrize(
    "odd",
    [
        {"event": HALF, "properties": {"time": 1740787200000, "distinct_id": HALF, "$insert_id": HALF}},
        {"event": "x", "properties": ["time"]},
        {"event": "x", "properties": {"time": 1e300, "distinct_id": "x", "$insert_id": "x"}},
        {"event": "x", "properties": {"time": float("inf"), "distinct_id": "x", "$insert_id": "x"}},
        {"event": ["x"], "properties": {"time": 10**17, "distinct_id": {"a": 1}, "$insert_id": None}},
        {"event": "x", "properties": {"time": True, "distinct_id": "x", "$insert_id": "x"}},
    ],
    ids=["half a pair", "a list", "too large", "infinite", "far away", "a boolean"],
)
@pytest.mark.parametrize("is_marked", [True, False])
def test_an_odd_row_of_the_export_stops_nothing(
    delivery: Delivery, odd: dict[str, Any], is_marked: bool
) -> None:
    odd = copy.deepcopy(odd)
    if isinstance(odd["properties"], dict) and is_marked:
        odd["properties"]["import_id"] = "move-1"
    lines = [json.dumps(row) for row in (*delivery.rows(), odd)]
    delivery.standin.fail("/api/2.0/export", Failure(200, "\n".join(lines).encode()))
    result = delivery.verify()
    assert result.code in (0, 4), result.err
    report = result.report()
    said = str(report["findings"]) + str(report["unverified"])
    assert not is_marked or report["status"] == "different" or "1 line of the raw export, no event" in said
    assert bool(report["findings"]) == (report["status"] == "different")


@pytest.mark.parametrize("delivery", ["posthog"], indirect=True)
@pytest.mark.parametrize(
    "results",
    [[[None] * 9], [["x"]], [[1, 2, 3, 4, 5, 6]], ["x"], [[HALF] * 5], [{"a": 1}]],
    ids=["nulls", "too short", "numbers", "no rows", "half a pair", "objects"],
)
def test_an_answer_that_cannot_be_read_is_told_in_one_sentence(delivery: Delivery, results: Any) -> None:
    answer = Failure(200, json.dumps({"results": results}).encode())
    delivery.standin.fail("/api/projects/77/query/", answer)
    assert delivery.verify().code == 0, "it is asked again"
    delivery.standin.fail("/api/projects/77/query/", *[answer] * 40)
    result = delivery.verify()
    assert result.code == 5, result.out + result.err
    assert result.report()["status"] == "not_verified"
    assert "other rows than were asked for" in result.err


@pytest.mark.parametrize("delivery", ["posthog"], indirect=True)
def test_a_page_that_ends_between_rows_of_one_uuid_hides_none(
    delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = sorted(
        (row for row in delivery.rows() if row["timestamp"] < "2025-03-02"), key=lambda row: row["uuid"]
    )
    again = copy.deepcopy(rows[7]) | {"event": "Zoo Visited"}
    delivery.rows().append(again)
    monkeypatch.setattr("crosswalk.verify.posthog_there._PAGE_OF_FIELDS", 8)
    report = delivery.verify().report()
    assert [one["kind"] for one in report["findings"]] == ["extra"]
    assert again["uuid"] in report["findings"][0]["text"]
