"""The sample exports, delivered to the stand-in, and reported on."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cli.support import Project
from crosswalk.verify.result import DayEvent, DayUsers, Finding, HourCount, Sample, VerifyResult, write_result
from harness import Result
from standin.server import Failure, Standin

from report.support import connected, copy_warehouse


@dataclass(frozen=True)
class Reported:
    """A project with the report on one destination."""

    project: Project
    destination: str
    page: str
    twin: dict[str, Any]
    path: Path


@pytest.fixture(scope="session")
def delivered(samples: Result, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The Amplitude samples at both destinations: one record of Mixpanel's refused by it, PostHog's stopped half-way."""
    project = Project(tmp_path_factory.mktemp("delivered") / "project")
    copy_warehouse(samples, project.warehouse)
    with Standin() as standin, connected(standin):
        refused = {"index": 0, "field": "properties", "message": "'who@example.com' is not allowed"}
        # no count beside it: which batch comes first, and how many records it has, is the pool's affair
        standin.fail("/import", Failure(400, {"error": "some data points", "failed_records": [refused]}))
        project.push("mixpanel")
        project.push("posthog", "--limit", "40")
        yield project


def _verify(project: Project, destination: str, is_right: bool) -> None:
    """What a verification would leave behind, from what was accepted."""
    twin = _report(project, destination).twin
    days = [day for day in twin["coverage"] if day["accepted"]]
    events = [
        DayEvent(day["day"], "everything", None, day["payloads"], day["accepted"], day["accepted"])
        for day in days
    ]
    findings = []
    if not is_right:
        first = events[0]
        events[0] = DayEvent(first.day, first.event, None, first.delivered, first.accepted, first.found - 1)
        findings = [Finding("dropped", "1 event is not there", 1, first.day, "everything", "batch 1")]
    write_result(
        project.state,
        VerifyResult(
            destination,
            "verified" if is_right else "different",
            "2099-01-01T00:00:00+00:00",
            events=events,
            users=[DayUsers(day["day"], 2, 2) for day in days],
            hours=[HourCount(1, 9, 5)],
            sample=Sample(50, 50, 0, 0.058),
            findings=findings,
        ),
    )


def _report(project: Project, destination: str) -> Reported:
    result = project.run("report", "--to", destination, "--json")
    assert result.code in (0, 4, 7), result.err
    path = Path(result.report()["path"])
    twin = json.loads(Path(result.report()["json_path"]).read_text(encoding="utf-8"))
    return Reported(project, destination, path.read_text(encoding="utf-8"), twin, path)


@pytest.fixture(scope="session")
def reported(delivered: Project) -> dict[str, Reported]:
    """The reports on both destinations, Mixpanel's with a verification that found a difference."""
    _verify(delivered, "mixpanel", is_right=False)
    return {destination: _report(delivered, destination) for destination in ("mixpanel", "posthog")}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project folder without a warehouse."""
    return Project(tmp_path / "project")
