"""What becomes of names: the report's words against what the build did, and the closed lists of reasons."""

import re
from pathlib import Path
from typing import Any

import pytest
from cli.support import Project
from crosswalk.report import reasons
from crosswalk.report.gather import Place, Report, gather
from crosswalk.report.mapping import written_name
from crosswalk.warehouse import open_warehouse
from harness import ROOT, Result

from report.support import copy_warehouse, rows

ROUTES = [
    (source, destination)
    for source in ("amplitude", "heap", "mixpanel", "posthog")
    for destination in ("mixpanel", "posthog")
]


@pytest.fixture(scope="module")
def projects(
    tmp_path_factory: pytest.TempPathFactory,
    samples: Result,
    heap_samples: Result,
    mixpanel_samples: Result,
    posthog_samples: Result,
) -> dict[str, Project]:
    results = {
        "amplitude": samples,
        "heap": heap_samples,
        "mixpanel": mixpanel_samples,
        "posthog": posthog_samples,
    }
    found = {}
    for source, result in results.items():
        found[source] = Project(tmp_path_factory.mktemp(source) / "project")
        copy_warehouse(result, found[source].warehouse)
    return found


def report_on(project: Project, destination: str) -> Report:
    (project.folder / "scratch").mkdir(exist_ok=True)
    warehouse = open_warehouse(project.folder, None, None, project.folder / "scratch")
    return gather(warehouse, Place(project.folder, project.state), destination)


@pytest.mark.parametrize(("source", "destination"), ROUTES)
def test_events_arrive_under_the_names_that_the_report_says(
    projects: dict[str, Project], source: str, destination: str
) -> None:
    import duckdb

    report = report_on(projects[source], destination)
    said = {(one.source, one.name): one.to for one in report.events if one.to is not None}
    with duckdb.connect(str(projects[source].warehouse), read_only=True) as connection:
        sent = rows(
            connection,
            f"select distinct source, event_name, {destination}_event as name from {destination}_routed_events "
            "where outcome = 'delivered'",
        )
    assert sent
    for row in sent:
        assert said[(row["source"], row["event_name"])] == row["name"]
    for one in report.events:
        if one.to is None:
            assert not report.book["events"].rows[one.row]["delivered"]


@pytest.mark.parametrize(("source", "destination"), ROUTES)
def test_properties_arrive_under_the_names_that_the_report_says(
    projects: dict[str, Project], source: str, destination: str
) -> None:
    """Every event property that the report sends to a name is under that name in some payload."""
    import duckdb

    report = report_on(projects[source], destination)
    with duckdb.connect(str(projects[source].warehouse), read_only=True) as connection:
        # what Mixpanel's own internals and filtered rows hold does not arrive
        events = rows(
            connection,
            f"select event_properties from {destination}_routed_events where outcome = 'delivered'",
        )
        sent = " ".join(
            str(row["payload"]) for row in rows(connection, f"select payload from {destination}_payloads")
        )
    names = {name for row in events for name in _keys(row["event_properties"])}
    seen = [one for one in report.properties if one.scope == "event" and one.name in names and one.to]
    assert seen
    missing = [(one.name, to) for one in seen for to in one.to[:1] if _json_text(to) not in sent]
    assert missing == []


def _keys(text: Any) -> list[str]:
    import json

    return list(json.loads(text)) if text else []


def _json_text(name: str) -> str:
    import json

    return json.dumps(name, ensure_ascii=False) + ":"


def test_cells_of_a_destination() -> None:
    assert written_name("$os|$os_name") == "$os"
    assert written_name("ep:$device_type|$device macro:mixpanel_device") == "$device"
    assert written_name("ep:$device") == "$device"
    assert written_name("$browser_version macro:posthog_browser_version") == "$browser_version"
    assert written_name("") == ""


def _documented(section: str) -> set[str]:
    parts = re.split(r"^## ", (ROOT / "docs/audit.md").read_text(), flags=re.M)
    text = next(part for part in parts if part.startswith(section))
    return set(re.findall(r"^\| `([a-z_0-9]+)` \|", text, re.M))


@pytest.mark.parametrize(
    ("section", "known"),
    [
        ("audit_quarantined", reasons.QUARANTINED),
        ("audit_filtered", reasons.FILTERED),
        ("audit_repaired", reasons.REPAIRED),
    ],
)
def test_every_reason_has_a_meaning(section: str, known: dict[str, Any]) -> None:
    assert known.keys() == _documented(section)


def test_examples_hold_no_value(projects: dict[str, Project]) -> None:
    result = projects["amplitude"].run("report", "--to", "posthog", "--json")
    files = [Path(result.report()[name]).read_text(encoding="utf-8") for name in ("path", "json_path")]
    for text in files:
        assert "example.com" not in text
        assert "user-0000" not in text
