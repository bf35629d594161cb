"""Dead letters and `crosswalk replay`: what was refused goes out after a fix, and no letter is ever changed."""

import shlex
from typing import Any

import pytest
from standin.server import Failure, Standin

from cli.support import Project, Record, Result, mixpanel_event, record_uuid

_BAD: dict[str, Any] = {"$insert_id": "not:allowed"}
_REASON = "$insert_id: '$insert_id' is invalid: must only contain alphanumeric or hyphen '-' characters"


def _event(number: int, bad: bool) -> Record:
    return mixpanel_event(number, **(_BAD if bad else {}))


def _replay(project: Project, *arguments: str) -> Result:
    return project.run("replay", "--to", "mixpanel", "--yes", "--json", *arguments)


def _status(project: Project) -> dict[str, object]:
    return project.run("status", "--json").report()


def test_after_a_fix_in_the_data(connected: Project, standin: Standin) -> None:
    connected.build(mixpanel=[_event(number, number in (2, 3, 4)) for number in range(8)])
    assert connected.push("mixpanel").code == 7
    written = connected.letters("mixpanel")
    connected.build(mixpanel=[_event(number, number == 4) for number in range(8)])
    result = _replay(connected)
    report = result.report()
    assert (result.code, report["letters"], report["accepted"], report["rejected"]) == (7, 3, 2, 1)
    assert standin.counts()["mixpanel_events_raw"] == 7
    letters = connected.letters("mixpanel")
    assert letters[:3] == written, "a letter is never changed"
    assert [one["record_id"] for one in letters[3:]] == [record_uuid(4)], "refused again, so a new letter"
    status = _status(connected)
    assert (status["rejected"], status["letters"], status["letters_settled"]) == (1, 4, 3)
    connected.build(mixpanel=[_event(number, False) for number in range(8)])
    assert _replay(connected).code == 0
    assert _status(connected)["rejected"] == 0
    before = len(standin.requests)
    assert _replay(connected).report()["letters"] == 0
    assert connected.push("mixpanel").report()["already_accepted"] == 8
    assert len(standin.requests) == before


def test_after_a_fix_at_the_vendor(connected: Project, standin: Standin) -> None:
    connected.build(mixpanel=[mixpanel_event(number) for number in range(4)])
    listed = [{"index": 1, "field": "schema", "message": "event is blocked"}]
    standin.fail("/import", Failure(400, {"num_records_imported": 3, "failed_records": listed}, after=False))
    assert connected.push("mixpanel").code == 7
    assert connected.push("mixpanel").report()["requests"] == 0, "push does not ask again"
    result = _replay(connected)
    assert (result.code, result.report()["accepted"]) == (0, 1)
    assert standin.mixpanel.raw_events[-1]["properties"]["$insert_id"] == record_uuid(1)


def test_a_push_that_sends_the_mended_record_settles_its_letter(connected: Project) -> None:
    connected.build(mixpanel=[_event(0, True), _event(1, False)])
    connected.push("mixpanel")
    connected.build(mixpanel=[_event(0, False), _event(1, False)])
    assert connected.push("mixpanel").report()["accepted"] == 1
    assert _status(connected)["rejected"] == 0
    assert _replay(connected).report()["letters"] == 0


def test_one_reason_and_a_limit(connected: Project, standin: Standin) -> None:
    violations = [("mixpanel", record_uuid(7), "event_bytes", 1_000_000, 1_200_000, "rejected")]
    connected.build(
        mixpanel=[_event(number, number in (1, 2, 3)) for number in range(8)], violations=violations
    )
    connected.push("mixpanel")
    reasons = connected.run("status", "--json").report()["reasons"]
    assert {one["reason"]: one["records"] for one in reasons} == {_REASON: 3, "event_bytes": 1}
    commands = {one["reason"]: shlex.split(one["replay"]) for one in reasons}
    assert commands[_REASON] == ["crosswalk", "replay", "--to", "mixpanel", "--reason", _REASON]
    connected.build(mixpanel=[_event(number, False) for number in range(8)])
    requests = len(standin.requests)
    first = connected.run(*commands[_REASON][1:], "--yes", "--json", "--limit", "2").report()
    assert (first["letters"], first["accepted"]) == (2, 2)
    assert connected.run(*commands[_REASON][1:], "--yes", "--json").report()["accepted"] == 1
    assert len(standin.requests) == requests + 2
    left = connected.run("status", "--json").report()["reasons"]
    assert {one["reason"]: one["records"] for one in left} == {"event_bytes": 1}


def test_over_a_limit_still(connected: Project, standin: Standin) -> None:
    violations = [("mixpanel", record_uuid(0), "event_bytes", 1_000_000, 1_200_000, "rejected")]
    connected.build(mixpanel=[mixpanel_event(0)], violations=violations)
    connected.push("mixpanel")
    result = _replay(connected)
    assert (result.code, result.report()["not_sent_over_limits"]) == (7, 1)
    assert len(standin.requests) == 0
    assert len(connected.letters("mixpanel")) == 2


def test_records_that_are_gone_are_named(connected: Project) -> None:
    connected.build(mixpanel=[_event(number, number < 2) for number in range(4)])
    connected.push("mixpanel")
    connected.build(mixpanel=[_event(number, False) for number in range(1, 4)])
    result = connected.run("replay", "--to", "mixpanel", "--yes")
    assert result.code == 7
    assert f"import {record_uuid(0)}" in result.out
    assert _status(connected)["rejected"] == 1, "its letter stays open"


def test_records_that_are_gone_do_not_use_up_the_limit(connected: Project) -> None:
    connected.build(mixpanel=[_event(number, number < 6) for number in range(8)])
    connected.push("mixpanel")
    connected.build(mixpanel=[_event(number, False) for number in range(3, 8)])
    counts = [_replay(connected, "--limit", "2").report() for _ in range(2)]
    assert [(one["accepted"], one["gone"]) for one in counts] == [(2, 3), (1, 3)]


def test_a_record_accepted_in_its_present_form_needs_no_replay(connected: Project, standin: Standin) -> None:
    connected.build(mixpanel=[_event(0, False)])
    connected.push("mixpanel")
    connected.build(mixpanel=[_event(0, True)])
    assert connected.push("mixpanel", "--resend-changed").code == 7
    connected.build(mixpanel=[_event(0, False)])
    requests = len(standin.requests)
    report = _replay(connected).report()
    assert (report["already_accepted"], report["requests"]) == (1, 0)
    assert len(standin.requests) == requests
    assert _status(connected)["rejected"] == 0


def test_nothing_is_sent_unasked(connected: Project, standin: Standin) -> None:
    connected.build(mixpanel=[_event(0, True)])
    connected.push("mixpanel")
    requests = len(standin.requests)
    result = connected.run("replay", "--to", "mixpanel")
    assert result.code == 8
    assert "crosswalk replay --to mixpanel --yes" in result.err
    assert len(standin.requests) == requests


def test_a_torn_letter_stays_and_the_next_begins_after_it(connected: Project) -> None:
    connected.build(mixpanel=[_event(0, True)])
    connected.push("mixpanel")
    path = connected.state / "dead_letters" / "mixpanel.ndjson"
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:40])
    connected.build(mixpanel=[_event(0, True), _event(1, True)])
    connected.push("mixpanel")
    lines = path.read_bytes().splitlines(keepends=True)
    assert (lines[0], lines[1]) == (whole, whole[:40] + b"\n")
    assert record_uuid(1).encode() in lines[2]
    assert "torn" in connected.run("doctor").out


@pytest.mark.parametrize("interrupted", [False, True])
def test_conservation_of_a_replay(
    connected: Project, monkeypatch: pytest.MonkeyPatch, interrupted: bool
) -> None:
    connected.build(mixpanel=[_event(number, True) for number in range(3)])
    connected.push("mixpanel")
    connected.build(mixpanel=[_event(number, False) for number in range(3)])
    if interrupted:
        monkeypatch.setattr("crosswalk.push.stop.Stop.is_set", lambda self: True)
    else:
        monkeypatch.setattr("crosswalk.push.replay.send", lambda *_: None)
    result = _replay(connected)
    if interrupted:
        assert result.report()["left"] == 3
    else:
        assert result.code == 4
        assert "do not add up" in result.err
