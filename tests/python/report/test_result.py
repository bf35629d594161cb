"""The file of a verification: what is written comes back, what is wrong is refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from crosswalk.errors import LocalError
from crosswalk.verify.result import (
    FINDING_KINDS,
    DayEvent,
    DayUsers,
    Finding,
    HourCount,
    Sample,
    VerifyResult,
    read_result,
    upper_bound,
    write_result,
)

WHOLE = VerifyResult(
    "posthog",
    "different",
    "2026-01-01T00:00:00+00:00",
    host="https://eu.i.posthog.com",
    project="7",
    plan_id="0123456789abcdef",
    import_id="crosswalk",
    events=[DayEvent("2024-01-01", "a", 6, 5, 5, 4), DayEvent("2024-01-02", "b", None, 1, None, 1)],
    users=[DayUsers("2024-01-01", 3, 2)],
    hours=[HourCount(7, 23, 9)],
    sample=Sample(100, 99, 1, 0.0466),
    findings=[
        Finding(kind, "in words", 1, "2024-01-01", "a", "batch 3", "crosswalk push") for kind in FINDING_KINDS
    ],
    unverified=["distinct ids of groups"],
)


def test_what_is_written_comes_back(tmp_path: Path) -> None:
    path = write_result(tmp_path, WHOLE)
    assert read_result(tmp_path, "posthog") == WHOLE
    assert read_result(tmp_path, "mixpanel") is None
    assert path.stat().st_mode & 0o777 == 0o600


def test_fields_of_a_later_version_are_left_out(tmp_path: Path) -> None:
    path = write_result(tmp_path, WHOLE)
    content = json.loads(path.read_text())
    content["colour"] = "red"
    content["events"][0]["colour"] = "red"
    path.write_text(json.dumps(content))
    assert read_result(tmp_path, "posthog") == WHOLE


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"schema": 2}, None),
        ({"status": "fine"}, None),
        ({"found": "5"}, "events"),
        ({"found": None}, "events"),
        ({"delivered": True}, "events"),
        ({"kind": "unheard of"}, "findings"),
    ],
)
def test_what_is_no_result_is_refused(tmp_path: Path, change: dict[str, Any], where: str | None) -> None:
    path = write_result(tmp_path, WHOLE)
    content = json.loads(path.read_text())
    (content[where][0] if where else content).update(change)
    path.write_text(json.dumps(content))
    with pytest.raises(LocalError, match="crosswalk verify --to posthog"):
        read_result(tmp_path, "posthog")


def test_findings_are_never_verified() -> None:
    with pytest.raises(ValueError, match="not verified"):
        VerifyResult("posthog", "verified", "2026-01-01", findings=list(WHOLE.findings))


def test_upper_bound_is_the_rule_of_three() -> None:
    for records in (30, 300, 3000):
        assert upper_bound(records, 0) == pytest.approx(3 / records, rel=0.06)
    # Clopper and Pearson, from a table: 1 of 100 at 95 %, one-sided
    assert upper_bound(100, 1) == pytest.approx(0.0466, abs=0.0001)
    assert upper_bound(100, 1) > upper_bound(100, 0)
    assert upper_bound(0, 0) == upper_bound(5, 5) == 1.0
