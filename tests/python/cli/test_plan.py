"""The plan: its id, its counts, its words, and that a push is held to it."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from standin.server import Standin

from cli.support import Project, mixpanel_event, mixpanel_profile, padded, posthog_event, record_uuid


def _plan(project: Project, destination: str, *arguments: str) -> dict[str, Any]:
    result = project.run("plan", "--to", destination, "--json", *arguments)
    assert result.code == 0, result.err
    return result.report()


def test_id_stands_for_the_content_alone(project: Project) -> None:
    records = [posthog_event(number) for number in range(20)]
    project.build(posthog=records)
    first = _plan(project, "posthog")["plan_id"]
    assert _plan(project, "posthog", "--rate", "5")["plan_id"] == first
    project.build(posthog=[replace(one, bucket=1) for one in reversed(records)])
    assert _plan(project, "posthog")["plan_id"] == first, "neither order nor bucket is content"
    project.build(posthog=[*records[:-1], posthog_event(19, event="other")])
    assert _plan(project, "posthog")["plan_id"] != first
    project.build(posthog=[*records, posthog_event(20)])
    assert _plan(project, "posthog")["plan_id"] != first
    project.build(mixpanel=records)
    assert _plan(project, "mixpanel")["plan_id"] != first


def test_counts(project: Project) -> None:
    records = [*(mixpanel_event(number, day=number % 2) for number in range(10)), mixpanel_profile(1)]
    project.build(
        mixpanel=records,
        violations=[
            ("mixpanel", record_uuid(3), "event_bytes", 1_000_000, 1_500_000, "rejected"),
            ("mixpanel", record_uuid(4), "event_bytes", 1_000_000, 1_100_000, "rejected"),
            ("mixpanel", record_uuid(4), "properties", 254, 300, "rejected"),
            ("mixpanel", record_uuid(5), "string_bytes", 255, 300, "truncated"),
        ],
    )
    plan = _plan(project, "mixpanel")
    assert (plan["records"], plan["to_send"]) == (11, 9)
    assert plan["requests"] == 3, "two days of events, one of profiles"
    assert [(kind["kind"], kind["records"]) for kind in plan["kinds"]] == [("engage", 1), ("import", 10)]
    assert plan["total"]["distinct_ids"] == 7
    assert plan["total"]["first_event_at"].startswith("2025-03-01 08:00:00")
    breaches = {
        one["limit_name"]: (one["records"], one["worst"], one["example_record_id"])
        for one in plan["rejected"]
    }
    assert breaches["event_bytes"] == (2, "1500000", min(record_uuid(3), record_uuid(4)))
    assert breaches["properties"] == (1, "300", record_uuid(4))
    assert plan["truncated"][0]["limit_name"] == "string_bytes"
    assert plan["quarantined"] == {"no_time": 1}


@pytest.mark.parametrize(
    ("count", "size", "batch_size"), [(12, 900_000, None), (25, 700_000, None), (10, 400, 4)]
)
def test_requests_are_what_push_makes(
    connected: Project, standin: Standin, count: int, size: int, batch_size: int | None
) -> None:
    connected.build(
        mixpanel=[padded(mixpanel_event(number, bucket=number % 2), size) for number in range(count)]
    )
    arguments = ["--batch-size", str(batch_size)] if batch_size else []
    planned = _plan(connected, "mixpanel", *arguments)["requests"]
    assert connected.push("mixpanel", *arguments).code == 0
    assert len(standin.requests) == planned


def test_warnings_about_time(project: Project) -> None:
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    ages = [dt.timedelta(days=days) for days in (2000, 800, 30)] + [dt.timedelta(hours=-5)]
    project.build(
        mixpanel=[replace(mixpanel_event(number), event_at=now - age) for number, age in enumerate(ages)],
        posthog=[replace(posthog_event(number), event_at=now - age) for number, age in enumerate(ages)],
    )
    warnings = " ".join(_plan(project, "mixpanel")["warnings"])
    assert "2 events older than 730 days" in warnings
    assert "1 event older than 5 years" in warnings
    assert "1 event more than 1 hour in the future" in warnings
    assert "1 record less than 48 hours old" in _plan(project, "posthog")["warnings"][0]


def test_text(project: Project) -> None:
    violations = [("posthog", record_uuid(1), "name\x1b[2J", 200, 250, "rejected")]
    project.build(posthog=[posthog_event(number) for number in range(1500)], violations=violations)
    result = project.run("plan", "--to", "posthog")
    assert result.code == 0
    assert "1,499 records in 1 request" in result.out
    assert "\x1b" not in result.out, "names cannot move the cursor"
    assert "session_start" not in result.out
    assert "paid product-analytics plan" in result.out
    assert max(map(len, result.out.splitlines())) < 140


def test_push_holds_to_the_plan(connected: Project, standin: Standin) -> None:
    connected.build(posthog=[posthog_event(number) for number in range(5)])
    plan_id = _plan(connected, "posthog")["plan_id"]
    connected.build(posthog=[posthog_event(number) for number in range(6)])
    result = connected.push("posthog", "--plan", plan_id)
    assert result.code == 8
    assert "5 records then, 6 now" in result.err
    assert standin.requests == []
    connected.build(posthog=[posthog_event(number) for number in range(5)])
    assert connected.push("posthog", "--plan", plan_id).code == 0


@pytest.mark.parametrize("plan_id", ["0123456789abcdef", "../../etc/passwd", ""])
def test_unknown_plan(connected: Project, plan_id: str) -> None:
    connected.build(posthog=[posthog_event(0)])
    result = connected.run("push", "--to", "posthog", f"--plan={plan_id}")
    assert result.code == 8
    assert "crosswalk plan --to posthog" in result.err


def test_plan_of_another_destination(connected: Project) -> None:
    connected.build(posthog=[posthog_event(0)], mixpanel=[mixpanel_event(0)])
    plan_id = _plan(connected, "posthog")["plan_id"]
    assert connected.push("mixpanel", "--plan", plan_id).code == 8


def test_without_a_terminal_push_wants_yes(connected: Project, standin: Standin) -> None:
    connected.build(posthog=[posthog_event(0)])
    result = connected.run("push", "--to", "posthog")
    assert result.code == 8
    assert "--yes" in result.err
    assert standin.requests == []


def test_rebuild_during_a_push_is_noticed(connected: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    connected.build(posthog=[posthog_event(number) for number in range(5)])

    def rebuild(*_: object) -> None:
        connected.build(posthog=[posthog_event(number) for number in range(9)])

    monkeypatch.setattr("crosswalk.plan_store.save_plan", rebuild)
    result = connected.push("posthog")
    assert result.code == 8
    assert "rebuilt" in result.err
