"""The plan: its id, its counts, its words, and that a push is held to it."""

import datetime as dt
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from crosswalk.personal.scan import Cut
from standin.server import Standin

from cli.support import Project, mixpanel_event, mixpanel_profile, padded, posthog_event, record_uuid


def _plan(project: Project, destination: str, *arguments: str) -> dict[str, Any]:
    result = project.run("plan", "--to", destination, "--json", *arguments)
    assert result.code == 0, result.err
    return result.report()


def test_id_stands_for_the_content_whatever_its_order(project: Project) -> None:
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
    warnings = " ".join(one["text"] for one in _plan(project, "mixpanel")["warnings"])
    assert "2 events older than 730 days" in warnings
    assert "1 event older than 5 years" in warnings
    assert "1 event more than 1 hour in the future" in warnings
    assert "1 record less than 48 hours old" in _plan(project, "posthog")["warnings"][0]["text"]


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


def test_warnings_are_ranked(project: Project) -> None:
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    people = [posthog_event(number, properties={"email": f"p{number}@example.com"}) for number in range(9)]
    double = replace(posthog_event(1), payload=posthog_event(2).payload)
    project.build(
        posthog=[*people, double, *(replace(posthog_event(number), event_at=now) for number in (20, 21))],
        violations=[("posthog", record_uuid(3), "record_bytes", 1_000_000, 1_500_000, "rejected")],
    )
    plan = _plan(project, "posthog")
    found = [(one["severity"], one["records"]) for one in plan["warnings"]]
    assert found == [("loss", 1), ("loss", 1), ("cost", 2), ("privacy", 9)]
    assert all(one["next"] for one in plan["warnings"])
    assert (plan["billable"], plan["to_send"]) == (2, 11)
    text = project.run("plan", "--to", "posthog").out
    assert (
        text.index("over the limit record_bytes")
        < text.index("PostHog bills them")
        < text.index("holds personal data")
    )


def test_mixpanel_bills_events(project: Project) -> None:
    events = [mixpanel_event(number) for number in range(5)]
    over = ("mixpanel", record_uuid(3), "record_bytes", 999_999, 1_500_000, "rejected")
    project.build(mixpanel=[*events, mixpanel_profile(1)], violations=[over])
    plan = _plan(project, "mixpanel")
    assert plan["billable"] == 4
    assert "month" in plan["billable_rule"]


def test_personal_data_is_named_and_masked(project: Project) -> None:
    hidden = {
        "email": "anna.b@example.com",
        "nested": {"card": "4111 1111 1111 1111"},
        "order": "2024-000017",
    }
    project.build(
        posthog=[posthog_event(0, properties=hidden), posthog_event(1, distinct_id="ben@example.com")]
    )
    plan = _plan(project, "posthog")["personal"]
    found = {(one["name"], one["kind"], one["what"], one["records"]) for one in plan["findings"]}
    assert found == {
        ("email", "email", "property", 1),
        ("card", "card", "property", 1),
        ("distinct_id", "email", "id", 1),
    }
    assert plan["line"] == "deny_properties: [card, email]"
    result = project.run("plan", "--to", "posthog")
    assert "To leave them out: deny_properties: [card, email]" in result.out
    assert "no list of properties reaches an id" in result.out
    written = "".join(
        path.read_text(encoding="utf-8", errors="replace")
        for path in project.state.rglob("*")
        if path.is_file()
    )
    for secret in ("anna", "ben@", "4111"):
        assert secret not in result.out + written


def _told_what_is_cut(monkeypatch: pytest.MonkeyPatch, looked: list[int]) -> None:
    def cut_apart(stretches: Iterable[pa.Array]) -> list[Cut]:
        looked.extend(map(len, stretches))
        return []

    monkeypatch.setattr("crosswalk.personal.scan.cut_apart", cut_apart)


def test_what_was_found_is_kept_by_content(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.build(
        posthog=[posthog_event(number, properties={"email": "a@example.com"}) for number in range(5)]
    )
    before = _plan(project, "posthog")["personal"]
    looked: list[int] = []
    _told_what_is_cut(monkeypatch, looked)
    assert _plan(project, "posthog")["personal"] == before
    assert looked == [], "the same content is not looked at again"
    project.build(
        posthog=[posthog_event(number, properties={"email": "b@example.com"}) for number in range(5)]
    )
    _plan(project, "posthog")
    assert sum(looked) == 5


def test_a_push_of_a_plan_does_not_look_again(
    connected: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected.build(
        posthog=[posthog_event(number, properties={"email": "a@example.com"}) for number in range(5)]
    )
    plan_id = _plan(connected, "posthog", "--region", "eu")["plan_id"]
    looked: list[int] = []
    _told_what_is_cut(monkeypatch, looked)
    assert connected.push("posthog", "--plan", plan_id).code == 0
    assert connected.push("posthog", "--resend-changed").code == 0, (
        "one that makes its own plan of the same content"
    )
    assert standin.requests
    assert looked == []


def test_a_trial_is_said_to_be_one(connected: Project) -> None:
    with (connected.folder / "dbt_project.yml").open("a", encoding="utf-8") as file:
        file.write("vars: {sample_people: 0.01}\n")
    connected.build(posthog=[posthog_event(number) for number in range(14)])
    with duckdb.connect(str(connected.warehouse)) as warehouse:
        warehouse.execute(
            "insert into audit_filtered values ('amplitude', 'posthog', null, 'not_sampled', 1386)"
        )
    plan = _plan(connected, "posthog")
    assert (plan["trial"]["share"], plan["trial"]["people"], plan["trial"]["rows_left_out"]) == (
        0.01,
        7,
        1386,
    )
    assert "one person in 100, whole histories: 7 distinct ids, and 1,386 rows" in plan["trial"]["text"]
    assert "A trial: one person in 100" in connected.run("push", "--to", "posthog").out


def test_reading_shows_its_progress(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.build(posthog=[posthog_event(number) for number in range(3000)])
    monkeypatch.setattr("crosswalk.progress._DRAW_AFTER_SECONDS", 0.0)
    assert "of 3,000 records checked" in project.run("plan", "--to", "posthog").err
    assert "of 3,000 records read" in project.run("plan", "--to", "posthog").err


def test_push_holds_to_the_content(connected: Project, standin: Standin) -> None:
    connected.build(posthog=[posthog_event(number) for number in range(5)])
    plan_id = _plan(connected, "posthog")["plan_id"]
    connected.build(posthog=[posthog_event(number) for number in range(6)])
    result = connected.push("posthog", "--plan", plan_id)
    assert result.code == 8
    assert "the content of posthog_payloads has changed (5 records then, 6 now)" in result.err
    assert "configuration" not in result.err
    swapped = [replace(posthog_event(n), payload=posthog_event((n + 1) % 5).payload) for n in range(5)]
    connected.build(posthog=swapped)
    assert "some with other content" in connected.push("posthog", "--plan", plan_id).err
    assert standin.requests == []
    connected.build(posthog=[posthog_event(number) for number in range(5)])
    assert connected.push("posthog", "--plan", plan_id).code == 0


def _set_variable(project: Project, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    with (project.folder / "dbt_project.yml").open("a", encoding="utf-8") as file:
        file.write("vars: {import_id: another}\n")
    return ()


def _change_seed(project: Project, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    with duckdb.connect(str(project.warehouse)) as warehouse:
        warehouse.execute(
            "create table crosswalk_events as select 'amplitude' as source, 'a' as source_event"
        )
    return ()


def _other_project(project: Project, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    monkeypatch.setenv("POSTHOG_PROJECT_API_KEY", "phc_another_project_of_theirs")
    return ()


def _other_region(project: Project, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    monkeypatch.delenv("POSTHOG_URL")
    return ("--region", "eu")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_set_variable, "variable import_id: not set then"),
        (_change_seed, "seed crosswalk_events: not built then"),
        (_other_project, "project: "),
        (_other_region, "https://eu.i.posthog.com now"),
    ],
)
def test_push_holds_to_the_configuration(
    connected: Project,
    standin: Standin,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Project, pytest.MonkeyPatch], tuple[str, ...]],
    said: str,
) -> None:
    connected.build(posthog=[posthog_event(number) for number in range(5)])
    plan_id = _plan(connected, "posthog")["plan_id"]
    flags = change(connected, monkeypatch)
    result = connected.push("posthog", "--plan", plan_id, *flags)
    assert result.code == 8, result.out + result.err
    assert "the configuration has changed" in result.err
    assert said in result.err
    assert "the content" not in result.err
    assert standin.requests == []


def test_the_size_of_requests_is_no_part_of_a_plan(connected: Project, standin: Standin) -> None:
    connected.build(posthog=[posthog_event(number) for number in range(5)])
    plan_id = _plan(connected, "posthog")["plan_id"]
    assert connected.push("posthog", "--plan", plan_id, "--batch-size", "2", "--rate", "1000").code == 0
    assert len(standin.requests) == 3


def test_a_changed_plan_goes_without_its_id(
    connected: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected.build(posthog=[posthog_event(number) for number in range(5)])
    plan_id = _plan(connected, "posthog")["plan_id"]
    _set_variable(connected, monkeypatch)
    result = connected.push("posthog")
    assert result.code == 0
    assert result.objects()[0]["plan_id"] != plan_id
    assert standin.requests


def test_a_plan_without_a_project_is_held_to_the_rest(
    project: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.build(posthog=[posthog_event(number) for number in range(5)])
    text = project.run("plan", "--to", "posthog").out
    assert "The plan names no project" in text
    plan_id = _plan(project, "posthog")["plan_id"]
    monkeypatch.setenv("POSTHOG_URL", standin.url)
    monkeypatch.setenv("POSTHOG_PROJECT_API_KEY", standin.api_key)
    assert "The plan names no project" not in project.run("plan", "--to", "posthog").out
    assert project.push("posthog", "--plan", plan_id).code == 0


def test_a_plan_that_was_edited_is_refused(connected: Project) -> None:
    connected.build(posthog=[posthog_event(number) for number in range(5)])
    plan_id = _plan(connected, "posthog")["plan_id"]
    path = connected.state / "plans" / f"{plan_id}.json"
    stored = json.loads(path.read_text(encoding="utf-8"))
    stored["configuration"]["project"] = "not named"
    path.write_text(json.dumps(stored), encoding="utf-8")
    result = connected.push("posthog", "--plan", plan_id)
    assert result.code == 8
    assert "changed by hand" in result.err


def test_live_people_are_asked_for_once(connected: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    connected.build(posthog=[posthog_event(0)], mixpanel=[mixpanel_event(0)])
    assert _plan(connected, "posthog")["live_people"]["answer"] == "unknown"
    answers = iter(["", "maybe", "yes"])
    monkeypatch.setattr("crosswalk.commands.plan._is_terminal", lambda: True)
    monkeypatch.setattr("sys.stdin", SimpleNamespace(readline=lambda: next(answers), isatty=lambda: True))
    assert [_plan(connected, "posthog")["live_people"]["answer"] for _ in range(4)] == [
        "unknown",
        "unknown",
        "yes",
        "yes",
    ], "an answer is kept, no answer is asked for again"
    live = _plan(connected, "posthog")["live_people"]
    assert live["origin"] == "remembered"
    assert live["advice"].startswith("Set posthog_person_properties: once (events now)")
    assert (connected.state / "live_people.json").stat().st_mode & 0o777 == 0o600
    again = _plan(connected, "posthog", "--live-people", "no")["live_people"]
    assert again["advice"].startswith("Set posthog_person_properties: latest")
    assert _plan(connected, "posthog")["live_people"]["answer"] == "no"
    flag = _plan(connected, "mixpanel", "--live-people", "yes")["live_people"]
    assert "$set, which overwrites" in flag["advice"]


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
