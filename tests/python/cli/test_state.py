"""Ledger, lock, secrets, file modes, signals: what must hold whatever happens."""

import base64
import datetime as dt
import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
import urllib.parse
from pathlib import Path
from typing import Any

import pytest
from crosswalk import redact
from crosswalk.errors import TerminatedError
from crosswalk.push.known import Known, look_up
from standin.server import Failure, Standin

from cli.support import Project, Result, mixpanel_event, mixpanel_profile, posthog_event

_SCRIPTS = Path(__file__).resolve().parents[3] / "scripts"


def _spawn(project: Project, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "crosswalk", "--project-dir", str(project.folder), *arguments],
        env={**os.environ, "PYTHONPATH": str(_SCRIPTS)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _wait_for_requests(standin: Standin, number: int) -> None:
    end = time.monotonic() + 20
    while len(standin.requests) < number:
        assert time.monotonic() < end, "the push sends nothing"
        time.sleep(0.02)


def test_lock_is_held_by_one_live_run(connected: Project, standin: Standin) -> None:
    connected.build(posthog=[posthog_event(0)])
    standin.fail("/batch/", Failure(delay=2.0))
    first = _spawn(connected, "push", "--to", "posthog", "--yes")
    try:
        _wait_for_requests(standin, 1)
        started = time.monotonic()
        second = connected.push("posthog")
        assert second.code == 11
        assert f"process {first.pid}" in second.err
        assert time.monotonic() - started < 2
    finally:
        first.communicate(timeout=30)
    assert first.returncode == 0
    assert connected.push("posthog").code == 0


def test_lock_of_a_dead_run_is_taken_over(connected: Project, standin: Standin) -> None:
    connected.build(posthog=[posthog_event(number, day=number) for number in range(3)])
    standin.fail("/batch/", Failure(delay=30.0, after=True))
    run = _spawn(connected, "push", "--to", "posthog", "--yes")
    _wait_for_requests(standin, 1)
    run.kill()
    run.communicate(timeout=30)
    lock = next((connected.state / "locks").iterdir())
    assert json.loads(lock.read_text())["pid"] == run.pid
    result = connected.push("posthog")
    assert result.code == 0, result.err
    assert standin.counts()["posthog_events"] == 3
    assert standin.counts()["posthog_events_raw"] == 4, "the batch with the unknown end went out once more"


def test_what_a_dead_run_had_in_flight_is_unknown(connected: Project, standin: Standin) -> None:
    connected.build(posthog=[posthog_event(0)])
    standin.fail("/batch/", Failure(delay=30.0))
    run = _spawn(connected, "push", "--to", "posthog", "--yes")
    _wait_for_requests(standin, 1)
    run.kill()
    run.communicate(timeout=30)
    connected.build(posthog=[posthog_event(number, day=number) for number in (1, 2)])
    assert connected.push("posthog", "--limit", "1").code == 0
    batches = connected.run("status", "--json").report()["batches"]
    assert {row["state"]: row["batches"] for row in batches} == {"accepted": 1, "unknown": 1}


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_signals_end_in_good_order(connected: Project, standin: Standin, number: int, code: int) -> None:
    connected.build(posthog=[posthog_event(one, day=one) for one in range(12)])
    standin.fail("/batch/", *[Failure(delay=0.2)] * 12)
    run = _spawn(connected, "push", "--to", "posthog", "--yes")
    _wait_for_requests(standin, 3)
    asked = time.monotonic()
    run.send_signal(number)
    out, err = run.communicate(timeout=30)
    assert time.monotonic() - asked < 5
    assert run.returncode == code, err
    assert f"crosswalk --project-dir {connected.folder} push --to posthog --yes" in out, (
        "how to go on, to paste"
    )
    sent = standin.counts()["posthog_events_raw"]
    report = connected.push("posthog").report()
    assert report["already_accepted"] == sent, "what came home is in the ledger"
    assert standin.counts()["posthog_events_raw"] == 12


def test_a_hung_vendor_does_not_hold_the_end_up(connected: Project, standin: Standin) -> None:
    connected.build(posthog=[posthog_event(0)])
    standin.fail("/batch/", Failure(delay=30.0))
    run = _spawn(connected, "push", "--to", "posthog", "--yes")
    _wait_for_requests(standin, 1)
    asked = time.monotonic()
    run.send_signal(signal.SIGTERM)
    run.communicate(timeout=30)
    assert run.returncode == 143
    assert time.monotonic() - asked < 8
    batches = connected.run("status", "--json").report()["batches"]
    assert [row["state"] for row in batches] == ["unknown"]


def test_a_second_ctrl_c_does_not_wait(connected: Project, standin: Standin) -> None:
    connected.build(posthog=[posthog_event(0)])
    standin.fail("/batch/", Failure(delay=300.0))
    run = _spawn(connected, "push", "--to", "posthog", "--yes")
    _wait_for_requests(standin, 1)
    run.send_signal(signal.SIGINT)
    time.sleep(0.3)
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=30)
    assert run.returncode == 130
    batches = connected.run("status", "--json").report()["batches"]
    assert [row["state"] for row in batches] == ["unknown"]


@pytest.mark.parametrize(
    ("error", "code"), [(KeyboardInterrupt(), 130), (TerminatedError(), 143), (TerminatedError(129), 129)]
)
def test_an_interrupt_before_the_first_request(
    connected: Project, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int
) -> None:
    connected.build(posthog=[posthog_event(0)])

    def interrupted(*_: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr("crosswalk.push.run.look_up", interrupted)
        result = connected.push("posthog")
    assert result.code == code
    assert f"push --to posthog --yes --json --rate 1000000{chr(10)}" in result.err
    assert connected.run("status", "--json").report()["last_run"]["outcome"] == "interrupted"
    assert connected.push("posthog").code == 0


def test_an_unknown_batch_whose_records_changed_is_said(connected: Project, standin: Standin) -> None:
    connected.build(posthog=[posthog_event(number) for number in range(3)])
    standin.fail("/batch/", Failure(delay=300.0, after=True))
    run = _spawn(connected, "push", "--to", "posthog", "--yes")
    _wait_for_requests(standin, 1)
    run.kill()
    run.communicate(timeout=30)
    connected.build(posthog=[posthog_event(0), posthog_event(1, event="renamed"), posthog_event(5)])
    result = connected.push("posthog")
    report = result.report()
    assert (result.code, report["accepted"], report["unsure"]) == (0, 3, 1)
    assert "the destination may hold both versions" in result.err
    assert [one["event"] for one in standin.posthog.raw_events].count("renamed") == 1
    assert connected.push("posthog").report()["unsure"] == 0
    batches = connected.run("status", "--json").report()["batches"]
    assert [row["state"] for row in batches] == ["accepted"], "nothing is open any more"


def test_a_batch_that_was_taken_in_part_is_closed_by_the_run_that_ends_it(
    connected: Project, standin: Standin
) -> None:
    connected.build(posthog=[posthog_event(number) for number in range(4)])
    standin.fail("/batch/", Failure(413, {}), Failure(), *[Failure(503, {})] * 10)
    assert connected.push("posthog").code == 5

    def states() -> dict[str, int]:
        rows = connected.run("status", "--json").report()["batches"]
        return {row["state"]: row["accepted"] for row in rows}

    assert states() == {"unknown": 2}
    while standin.next_failure("/batch/"):
        pass
    report = connected.push("posthog").report()
    assert (report["already_accepted"], report["accepted"]) == (2, 2)
    assert states() == {"partly_accepted": 2, "accepted": 2}


def test_a_second_push_of_the_same_plan_compares_nothing(
    connected: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [posthog_event(number, day=number) for number in range(4)]
    connected.build(posthog=records)
    compared = 0

    def counted(*arguments: Any) -> Known:
        nonlocal compared
        compared += 1
        return look_up(*arguments)

    monkeypatch.setattr("crosswalk.push.run.look_up", counted)
    connected.push("posthog", "--limit", "3")
    connected.push("posthog")
    assert compared == 2, "what a limit left open is looked for"
    before = len(standin.requests)
    report = connected.push("posthog").report()
    assert (compared, report["already_accepted"], len(standin.requests)) == (2, 4, before)
    connected.build(posthog=[*records, posthog_event(9)])
    assert connected.push("posthog").report()["accepted"] == 1
    assert compared == 3, "another plan is compared"


def test_another_project_is_another_ledger_entry(
    connected: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected.build(posthog=[posthog_event(0)])
    connected.push("posthog")
    with Standin() as other:
        monkeypatch.setenv("POSTHOG_URL", other.url)
        assert connected.push("posthog").report()["accepted"] == 1
    standin.posthog.api_key = "phc_another_project_altogether"
    monkeypatch.setenv("POSTHOG_URL", standin.url)
    monkeypatch.setenv("POSTHOG_PROJECT_API_KEY", standin.posthog.api_key)
    assert connected.push("posthog").report()["accepted"] == 1
    assert len(connected.run("status", "--json").objects()) == 3


@pytest.mark.parametrize("token_first", [False, True])
def test_a_token_beside_a_service_account_is_no_other_project(
    connected: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch, token_first: bool
) -> None:
    monkeypatch.setenv("MIXPANEL_SERVICE_ACCOUNT", standin.account)
    monkeypatch.setenv("MIXPANEL_SERVICE_SECRET", standin.account_secret)
    monkeypatch.setenv("MIXPANEL_PROJECT_ID", standin.project_id)
    events = [mixpanel_event(number) for number in range(5)]
    connected.build(mixpanel=events)
    for with_token in (token_first, not token_first):
        if with_token:
            monkeypatch.setenv("MIXPANEL_PROJECT_TOKEN", standin.token)
        else:
            monkeypatch.delenv("MIXPANEL_PROJECT_TOKEN")
        assert connected.push("mixpanel").code == 0
    assert standin.counts()["mixpanel_events_raw"] == 5
    monkeypatch.setenv("MIXPANEL_PROJECT_TOKEN", "0" * 32)
    connected.build(mixpanel=[*events, mixpanel_event(5)])
    assert connected.push("mixpanel").report()["already_accepted"] == (0 if token_first else 5)


def test_a_token_that_changes_its_project_is_refused(
    connected: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected.build(mixpanel=[mixpanel_event(0)])
    monkeypatch.setenv("MIXPANEL_PROJECT_ID", "4242")
    assert connected.push("mixpanel").code == 0
    monkeypatch.setenv("MIXPANEL_PROJECT_ID", "4343")
    assert connected.push("mixpanel").code == 2


def test_a_clock_that_was_set_back_changes_no_order(
    connected: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was sent last counts, and letters are settled by what came after them, whatever the clock said."""
    monkeypatch.setattr("crosswalk.push.entry._last", dt.datetime.min.replace(tzinfo=dt.UTC))
    connected.build(posthog=[posthog_event(0), posthog_event(1), posthog_event(2, event="")])
    connected.push("posthog")
    ahead = "2090-01-01T00:00:00.000000+00:00"
    with sqlite3.connect(connected.state / "ledger.sqlite") as connection:
        connection.execute("update batches set accepted_at = ?", (ahead,))
        connection.execute("update letters set at = ?", (ahead,))
    connected.build(posthog=[posthog_event(0), posthog_event(1, event="renamed"), posthog_event(2)])
    assert connected.push("posthog", "--resend-changed").report()["accepted"] == 2
    assert connected.run("status", "--json").report()["rejected"] == 0
    connected.build(
        posthog=[posthog_event(0), posthog_event(1, event="renamed"), *map(posthog_event, (2, 3))]
    )
    report = connected.push("posthog").report()
    assert (report["accepted"], report["changed_not_sent"]) == (1, 0)


def test_hashes_are_16_bytes_a_record(connected: Project) -> None:
    connected.build(posthog=[posthog_event(number) for number in range(9)])
    connected.push("posthog")
    with sqlite3.connect(connected.state / "ledger.sqlite") as connection:
        rows = connection.execute(
            "select length(hashes), records, state, day, bucket from batches"
        ).fetchall()
    assert rows == [(9 * 16, 9, "accepted", "2025-03-01", 0)]


def test_files_are_private(connected: Project) -> None:
    before = os.umask(0)
    try:
        connected.build(posthog=[posthog_event(0, distinct_id=" ")])
        connected.push("posthog")
    finally:
        os.umask(before)
    for path in [connected.state, *connected.state.rglob("*")]:
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path


def _forms(secret: str) -> set[str]:
    """How a secret can come back: as it is, URL-encoded, JSON-escaped, base64 at each of the three alignments."""
    found = {
        secret,
        urllib.parse.quote(secret, safe=""),
        urllib.parse.quote_plus(secret),
        json.dumps(secret)[1:-1],
    }
    for ahead in ("", "a", "ab"):
        encoded = base64.b64encode(f"{ahead}{secret}zz".encode()).decode().rstrip("=")
        inner = encoded[2 if ahead else 0 : -3]
        found |= {inner, inner.replace("+", "-").replace("/", "_")}
    return found


def _no_secret_in(project: Project, results: list[Result], secrets: list[str]) -> None:
    texts = [result.out + result.err for result in results]
    blobs = [path.read_bytes() for path in project.state.rglob("*") if path.is_file()]
    assert blobs
    for form in (form for secret in secrets for form in _forms(secret)):
        assert not any(form in text for text in texts), "a secret was printed"
        assert not any(form.encode() in blob for blob in blobs), "a secret was stored"


@pytest.mark.parametrize("secret", ["phc_abcDEF123456", "S3cr3t%/x+y", 'quo"te\\and ünïcode'])
@pytest.mark.parametrize("before", ["", "a", "ab", "user:", "a longer text, "])
def test_every_form_of_a_secret_is_taken_out(
    secret: str, before: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redact, "_forms", set())
    redact.register(secret)
    plain = f"{before}{secret}, after"
    encoded = base64.b64encode(plain.encode()).decode()
    texts = [
        plain,
        encoded,
        base64.urlsafe_b64encode(plain.encode()).decode(),
        urllib.parse.quote(encoded, safe=""),
        urllib.parse.quote(plain),
        urllib.parse.quote(plain).lower() if secret.islower() else plain,
        json.dumps(plain),
        json.dumps(json.dumps(plain)),
        json.dumps(plain, ensure_ascii=False),
        repr(plain),
    ]
    for text in texts:
        assert "[secret]" in redact.clean(text)
        assert not any(form in redact.clean(text) for form in _forms(secret))
    assert redact.clean("nothing to hide") == "nothing to hide"


def test_the_command_line_and_a_killed_run_hold_no_secret(connected: Project, standin: Standin) -> None:
    connected.build(mixpanel=[mixpanel_event(number, bucket=number) for number in range(4)])
    standin.fail("/import", Failure(), Failure(delay=300.0))
    run = _spawn(connected, "push", "--to", "mixpanel", "--yes", "-v", "--workers", "1")
    _wait_for_requests(standin, 2)
    said = Path(f"/proc/{run.pid}/cmdline").read_text()
    run.kill()
    out, err = run.communicate(timeout=30)
    assert (connected.state / "ledger.sqlite-wal").stat().st_size, "the write-ahead log is looked at, too"
    _no_secret_in(connected, [Result(-9, out + said, err)], [standin.token])


def test_secrets_stay_out_of_everything(
    connected: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIXPANEL_SERVICE_ACCOUNT", standin.account)
    monkeypatch.setenv("MIXPANEL_SERVICE_SECRET", standin.account_secret)
    monkeypatch.setenv("MIXPANEL_PROJECT_ID", standin.project_id)
    basic = base64.b64encode(f"{standin.account}:{standin.account_secret}".encode()).decode()
    echo = f"{basic} token {standin.token} key {standin.api_key} secret {standin.account_secret} S3cr3t%25%2Fx%2By refused"
    records = [*(mixpanel_event(number) for number in range(4)), mixpanel_profile(1)]
    connected.build(mixpanel=records, posthog=[posthog_event(number) for number in range(4)])
    results = []
    failed = [{"index": 0, "field": echo, "message": echo}]
    standin.fail(
        "/import", Failure(400, {"error": echo, "num_records_imported": 3, "failed_records": failed})
    )
    standin.fail("/engage", Failure(200, {"status": 0, "error": echo}))
    results.append(connected.push("mixpanel", "-v"))
    standin.fail(
        "/batch/",
        Failure(413, {"detail": echo}),
        *[Failure(400, {"detail": echo})] * 2,
        Failure(503, {"detail": echo}),
    )
    results.append(connected.push("posthog", "-v"))
    for status in (401, 418):
        connected.build(posthog=[posthog_event(status)])
        standin.fail("/batch/", Failure(status, {"detail": echo}))
        results.append(connected.push("posthog", "-v"))
    results += [
        connected.run("replay", "--to", "mixpanel", "--yes", "-v"),
        connected.run("doctor", "-v"),
        connected.run("doctor", "--rebuild-ledger", "-v"),
        connected.run("columns", "--to", "mixpanel", "-v"),
        connected.run("status"),
        connected.run("status", "--json"),
        connected.run("plan", "--to", "posthog"),
    ]
    assert [result.code for result in results[:4]] == [7, 7, 3, 5]
    secrets = [standin.token, standin.api_key, standin.account_secret, standin.account]
    _no_secret_in(connected, results, secrets)
    assert "[secret]" in connected.letters("mixpanel")[0]["vendor_text"]


def test_a_bug_shows_no_secret(connected: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
    connected.build(posthog=[posthog_event(0)])

    def burst(*_: object, **__: object) -> None:
        raise RuntimeError(f"unexpected {standin.api_key}")

    monkeypatch.setattr("crosswalk.push.transport.Transport.post", burst)
    result = connected.push("posthog", "-v")
    assert result.code == 1
    assert "Traceback" in result.err
    _no_secret_in(connected, [result], [standin.api_key])
    assert "Traceback" not in connected.push("posthog").err


def test_damaged_ledger_is_a_sentence(connected: Project) -> None:
    connected.build(posthog=[posthog_event(0)])
    connected.state.mkdir()
    (connected.state / "ledger.sqlite").write_bytes(b"this is no database" * 100)
    for result in (connected.push("posthog"), connected.run("status")):
        assert result.code == 6
        assert "Traceback" not in result.err
        assert "ledger" in result.err


def test_no_thread_stays(connected: Project) -> None:
    connected.build(posthog=[posthog_event(number, bucket=number) for number in range(20)])
    before = threading.active_count()
    connected.push("posthog", "--workers", "6")
    assert threading.active_count() <= before + 1
