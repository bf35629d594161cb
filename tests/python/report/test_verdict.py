"""The verdict in every state that a delivery can be in, and the exit codes that go with it."""

import json
import os
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli.support import Project, posthog_event
from crosswalk.verify.result import DayEvent, Finding, Sample, VerifyResult, write_result
from standin.server import Failure, Standin

from report.support import connected, made_up

LATER = "2099-01-01T00:00:00+00:00"
EARLIER = "2001-01-01T00:00:00+00:00"


@pytest.fixture
def standin() -> Iterator[Standin]:
    with Standin() as server, connected(server):
        yield server


def verdict(project: Project) -> tuple[int, dict[str, Any]]:
    """The exit code and the verdict of the report on PostHog."""
    result = project.run("report", "--to", "posthog", "--json")
    assert result.out, result.err
    return result.code, result.report()["verdict"]


def verify(project: Project, status: str, at: str = LATER, **fields: Any) -> None:
    write_result(project.state, VerifyResult("posthog", status, at, **fields))


def test_without_a_build(project: Project) -> None:
    result = project.run("report", "--to", "posthog")
    assert result.code == 6
    assert "dbt build" in result.err
    project.build()
    code, found = verdict(project)
    assert (code, found["code"], found["tone"]) == (0, "not_ready", "bad")


def test_ready(project: Project) -> None:
    project.build(
        posthog=[posthog_event(0), posthog_event(1)],
        violations=[("posthog", posthog_event(1).record_id, "event_name_bytes", 200, 300, "rejected")],
    )
    code, found = verdict(project)
    assert (code, found["title"], found["tone"]) == (0, "READY", "idle")
    assert "2 records stand ready for PostHog; 1 of them break a limit" in found["sentence"]


def test_counts_that_do_not_add_up(project: Project) -> None:
    for statement in (
        "update audit_route_counts set rows_read = rows_read + 1 where event_name = 'Event number 3'",
        "delete from posthog_payloads where send_order = 5",
    ):
        made_up(project, statements=[(statement, [])])
        code, found = verdict(project)
        assert (code, found["code"], found["tone"]) == (4, "not_ready", "bad"), statement


def test_stopped_and_gone_on(project: Project, standin: Standin) -> None:
    project.build(posthog=[posthog_event(number, day=number) for number in range(10)])
    project.push("posthog", "--limit", "4")
    code, found = verdict(project)
    assert (code, found["code"], found["title"]) == (0, "stopped", "STOPPED AT 40 %")
    assert "6 records of 10" in found["sentence"]
    project.push("posthog")
    code, found = verdict(project)
    assert (code, found["title"], found["tone"]) == (0, "DONE, NOT VERIFIED", "warn")


def test_running(project: Project, standin: Standin) -> None:
    project.build(posthog=[posthog_event(number, day=number) for number in range(10)])
    project.push("posthog", "--limit", "4")
    with sqlite3.connect(project.state / "ledger.sqlite") as ledger:
        fingerprint = ledger.execute("select fingerprint from destinations").fetchone()[0]
    lock = project.state / "locks" / f"{fingerprint[:16]}.lock"
    lock.write_text(json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "started_at": ""}))
    assert verdict(project)[1]["title"] == "RUNNING 40 %"
    lock.write_text(json.dumps({"pid": 2**22 + 1, "host": socket.gethostname(), "started_at": ""}))
    assert verdict(project)[1]["title"] == "STOPPED AT 40 %"
    lock.write_text("")
    assert verdict(project)[1]["title"] == "STOPPED AT 40 %"


def test_rejected(project: Project, standin: Standin) -> None:
    project.build(
        posthog=[posthog_event(number, distinct_id=" " if number == 3 else "u") for number in range(10)]
    )
    project.push("posthog")
    code, found = verdict(project)
    assert (code, found["title"], found["tone"]) == (7, "DONE, 1 REJECTED", "warn")
    assert found["next"] == "crosswalk replay --to posthog"


def _delivered(project: Project) -> None:
    project.build(posthog=[posthog_event(number) for number in range(5)])
    assert project.push("posthog").code == 0


def test_only_what_was_verified_is_green(project: Project, standin: Standin) -> None:
    _delivered(project)
    assert verdict(project)[1]["tone"] == "warn"
    verify(project, "not_verified", reason="there is no read key: set one.")
    code, found = verdict(project)
    assert (code, found["title"], found["tone"]) == (0, "DONE, NOT VERIFIED", "warn")
    assert found["sentence"].endswith("not verified, since there is no read key: set one.")
    verify(project, "verified", events=[DayEvent("2025-03-01", "song_played", 5, 5, 5, 5)])
    code, found = verdict(project)
    assert (code, found["title"], found["tone"]) == (0, "DONE, VERIFIED", "good")
    assert found["sentence"].endswith("every event that was accepted was found there.")


def test_the_sentence_claims_no_more_than_was_read_back(project: Project, standin: Standin) -> None:
    """Raw exports hold no profiles, and a sample is not all."""
    _delivered(project)
    verify(project, "verified", unverified=["2 records of kind engage"], sample=Sample(50, 50, 0, 0.058))
    sentence = verdict(project)[1]["sentence"]
    assert "50 records of them compared field by field" in sentence
    assert sentence.endswith("what could not be read back stands under Proof.")
    page = (project.state / "report" / "posthog.html").read_text(encoding="utf-8")
    assert "Not verified: 2 records of kind engage" in page


def test_a_verification_of_something_else_proves_nothing(project: Project, standin: Standin) -> None:
    _delivered(project)
    verify(project, "verified", at=EARLIER)
    assert verdict(project)[1]["title"] == "DONE, NOT VERIFIED"
    verify(project, "verified", host="https://eu.i.posthog.com")
    found = verdict(project)[1]
    assert (found["title"], found["tone"]) == ("DONE, NOT VERIFIED", "warn")
    assert "another project" in found["sentence"]


def test_a_difference_is_exit_4(project: Project, standin: Standin) -> None:
    _delivered(project)
    finding = Finding("dropped", "1 song_played is not there", 1, "2025-03-01", "song_played")
    events = [DayEvent("2025-03-01", "song_played", 5, 5, 5, 4)]
    verify(project, "different", events=events, findings=[finding])
    code, found = verdict(project)
    assert (code, found["title"], found["tone"]) == (4, "DONE, DIFFERENT", "bad")
    assert "1 song_played is not there" in (project.state / "report" / "posthog.html").read_text()


def test_rebuilt_after_it_was_sent(project: Project, standin: Standin) -> None:
    _delivered(project)
    project.build(posthog=[posthog_event(number) for number in range(3)])
    found = verdict(project)[1]
    assert (found["code"], found["tone"]) == ("changed", "warn")


def test_an_answer_that_was_never_heard(project: Project, standin: Standin) -> None:
    project.build(posthog=[posthog_event(number) for number in range(3)])
    standin.fail("/batch/", *[Failure(503, {"detail": "down"})] * 50)
    project.push("posthog")
    found = verdict(project)[1]
    assert found["code"] == "stopped"
    assert "3 records went out without an answer" in found["sentence"]


def test_a_damaged_verification_is_a_sentence(project: Project) -> None:
    project.build(posthog=[posthog_event(0)])
    path = project.state / "verify" / "posthog.json"
    path.parent.mkdir(parents=True)
    for text in (
        "{",
        "[]",
        '{"schema": 9, "destination": "posthog"}',
        '{"schema": 1, "destination": "mixpanel"}',
    ):
        path.write_text(text)
        result = project.run("report", "--to", "posthog")
        assert result.code == 6
        assert "crosswalk verify --to posthog" in result.err


def test_out_names_the_page(project: Project, tmp_path: Path) -> None:
    project.build(posthog=[posthog_event(0)])
    page = tmp_path / "deep" / "page.html"
    result = project.run("report", "--to", "posthog", "--out", str(page))
    assert result.code == 0, result.err
    assert str(page) in result.out
    assert page.stat().st_mode & 0o777 == 0o600
    assert json.loads(page.with_suffix(".json").read_text())["type"] == "report"
    for wrong in (tmp_path, tmp_path / "page.json"):
        assert project.run("report", "--to", "posthog", "--out", str(wrong)).code == 2


def test_letters_that_were_settled_are_rejected_no_more(project: Project, standin: Standin) -> None:
    """A ledger whose refused records are letters, with marks on those that went out later."""
    project.build(
        posthog=[posthog_event(number, distinct_id=" " if number < 3 else "u") for number in range(10)]
    )
    project.push("posthog")
    with sqlite3.connect(project.state / "ledger.sqlite") as ledger:
        ledger.execute("insert into marks select min(id), 'accepted', min(at), min(run_id) from letters")
        ledger.execute("update batches set accepted = accepted + 1")
    code, found = verdict(project)
    assert (code, found["title"]) == (7, "DONE, 2 REJECTED")
    twin = json.loads((project.state / "report" / "posthog.json").read_text())
    assert sum(row["records"] for row in twin["queries"]["reasons"]["rows"]) == 2
