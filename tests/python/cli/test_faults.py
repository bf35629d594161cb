"""Disks that fail or fill up, memory, open files, runs at the same time, counts that do not add up."""

import errno
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import duckdb
import pytest
from isal import igzip
from standin.server import Failure, Standin

from cli.support import Project, Record, mixpanel_event, posthog_event, record_uuid

_SCRIPTS = Path(__file__).resolve().parents[3] / "scripts"


def _command(project: Project, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "crosswalk", "--project-dir", str(project.folder), *arguments]


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(_SCRIPTS)}


def _spawn(project: Project, *arguments: str, file_bytes: int | None = None) -> "subprocess.Popen[str]":
    """The command in a process of its own, with a largest size of files."""

    def limit() -> None:
        if file_bytes:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))

    return subprocess.Popen(
        _command(project, *arguments),
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=limit,
    )


def _records() -> list[Record]:
    bad: dict[str, Any] = {"$insert_id": "not:allowed"}
    return [mixpanel_event(n, bucket=n % 3, **(bad if n == 4 else {})) for n in range(12)]


def _is_complete(project: Project, standin: Standin, state: Path) -> None:
    """Without the fault the same command goes on, and ends with everything in its place."""
    requests = len(standin.requests)
    result = project.run("--state-dir", str(state), "push", "--to", "mixpanel", "--yes", "--json")
    assert result.code == 7, result.err
    report = result.report()
    assert (report["already_accepted"] + report["accepted"], report["left"]) == (11, 0)
    assert report["rejected"] + report["rejected_before"] == 1
    assert len(standin.requests) - requests <= 3
    assert standin.counts()["mixpanel_events"] == 11


@pytest.mark.parametrize(
    ("name", "number"),
    [("fsync", errno.EIO), ("pwrite", errno.ENOSPC), ("write", errno.ENOSPC)],
)
def test_the_nth_call_fails(
    connected: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch, name: str, number: int
) -> None:
    """N is 1, 2, 3 … until a run has no error; each failure is a sentence with a file, and nothing is called done."""
    connected.build(mixpanel=_records())
    real = getattr(os, name)
    for nth in range(1, 40):
        state = connected.folder / f"state-{nth}"
        calls = 0

        def faulty(*arguments: Any, nth: int = nth) -> Any:
            nonlocal calls
            calls += 1
            if calls == nth:
                raise OSError(number, os.strerror(number))
            return real(*arguments)

        standin.mixpanel.raw_events.clear()
        monkeypatch.setattr(os, name, faulty)
        result = connected.run(
            "--state-dir", str(state), "push", "--to", "mixpanel", "--yes", "--workers", "1"
        )
        monkeypatch.setattr(os, name, real)
        if calls < nth:
            assert result.code == 7
            assert nth > 1, "the fault was never met"
            return
        assert result.code == 6, result.err
        assert str(state) in result.err
        assert "run the same command again" in result.err
        _is_complete(connected, standin, state)
    raise AssertionError("no run without an error")


def test_what_is_written_is_synced(connected: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    from crosswalk.push.ledger_open import open_ledger

    synced = set()
    real = os.fsync

    def watched(handle: int) -> None:
        synced.add(str(Path(f"/proc/self/fd/{handle}").readlink()))
        real(handle)

    connected.build(mixpanel=_records())
    monkeypatch.setattr(os, "fsync", watched)
    connected.push("mixpanel")
    (journal,) = (connected.state / "journals").iterdir()
    assert str(journal) in synced
    assert str(connected.state / "dead_letters" / "mixpanel.ndjson") in synced
    assert {str(connected.state / "plans"), str(connected.state / "journals"), str(connected.state)} <= synced
    ledger = open_ledger(connected.state / "ledger.sqlite")
    settings = [ledger.execute(f"pragma {name}").fetchone()[0] for name in ("synchronous", "journal_mode")]
    ledger.close()
    assert settings == [2, "wal"], "2 is FULL"


def test_short_writes_are_written_on(connected: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    connected.build(mixpanel=_records())
    real, real_at = os.write, os.pwrite
    monkeypatch.setattr(os, "write", lambda handle, data: real(handle, data[:7]))
    monkeypatch.setattr(os, "pwrite", lambda handle, data, at: real_at(handle, data[:7], at))
    assert connected.push("mixpanel").code == 7
    monkeypatch.undo()
    assert [one["record_id"] for one in connected.letters("mixpanel")] == [record_uuid(4)]


def test_the_ledger_is_full(connected: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
    from crosswalk.push import ledger, ledger_open

    def small(path: Path) -> Any:
        connection = ledger_open.open_ledger(path)
        connection.execute(f"pragma max_page_count = {connection.execute('pragma page_count').fetchone()[0]}")
        return connection

    connected.build(mixpanel=[mixpanel_event(n, bucket=n) for n in range(300)])
    monkeypatch.setattr(ledger, "open_ledger", small)
    result = connected.push("mixpanel", "--batch-size", "3")
    assert result.code == 6
    assert "ledger.sqlite" in result.err
    assert 0 < standin.counts()["mixpanel_events"] < 300
    monkeypatch.undo()
    monkeypatch.setenv("MIXPANEL_API_URL", standin.url)
    monkeypatch.setenv("MIXPANEL_PROJECT_TOKEN", standin.token)
    assert connected.push("mixpanel").code == 0
    assert standin.counts()["mixpanel_events"] == 300


@dataclass(frozen=True)
class _Narrow:
    """A place where little can be written, until `widen` is called; `file_bytes` is a limit of the process instead."""

    state: Path
    file_bytes: int | None
    widen: Callable[[], None]


def _call(command: list[str]) -> None:
    subprocess.run(command, check=True)


@pytest.fixture
def narrow(tmp_path: Path) -> Iterator[_Narrow]:
    """A file system of 1.6 MB where one can be mounted, else a limit of the size of files."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1600k,mode=0700", "tmpfs", str(place)]
    if (
        not (os.geteuid() == 0 and shutil.which("mount"))
        or subprocess.run(mount, capture_output=True).returncode
    ):
        yield _Narrow(place / "state", 300_000, lambda: None)
        return
    try:
        widen = ["mount", "-o", "remount,size=64m", str(place)]
        yield _Narrow(place / "state", None, lambda: _call(widen))
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)


def test_the_disk_fills_up(connected: Project, standin: Standin, narrow: _Narrow) -> None:
    connected.build(mixpanel=[mixpanel_event(n, bucket=n) for n in range(1500)])
    push = ("--state-dir", str(narrow.state), "push", "--to", "mixpanel", "--yes", "--batch-size", "5")
    _out, err = (run := _spawn(connected, *push, file_bytes=narrow.file_bytes)).communicate(timeout=60)
    assert run.returncode == 6, err
    assert str(narrow.state) in err
    assert "Traceback" not in err
    assert 0 < standin.counts()["mixpanel_events"] < 1500
    narrow.widen()
    result = connected.run(*push, "--json")
    assert result.code == 0, result.err
    assert standin.counts()["mixpanel_events"] == 1500
    assert standin.counts()["mixpanel_events_raw"] - 1500 <= 4 * 5, "a batch a worker"


def test_a_disk_that_is_too_small_is_refused_first(
    connected: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected.build(posthog=[posthog_event(0)])
    usage = type("Usage", (), {"free": 900_000})
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage)
    result = connected.push("posthog")
    assert result.code == 6
    assert "900.0 kB of free disk" in result.err
    assert "free space" in result.err
    assert standin.requests == []


def test_no_room_for_the_comparison(connected: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    connected.build(posthog=[posthog_event(0)])
    connected.push("posthog")
    connected.build(posthog=[posthog_event(0), posthog_event(1)])

    def full(*_: object, **__: object) -> None:
        raise duckdb.IOException("No space left on device")

    monkeypatch.setattr("crosswalk.push.known._copy", full)
    result = connected.push("posthog")
    assert result.code == 6
    assert "No space left" in result.err


class _Sink(BaseHTTPRequestHandler):
    """Takes events as fast as it can: it counts them and keeps nothing."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        number = igzip.decompress(body).count(b'"$insert_id"')
        data = f'{{"code":200,"num_records_imported":{number},"status":"OK"}}'.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def sink() -> Iterator[str]:
    """The address of a vendor that checks nothing."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Sink) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def _fill(project: Project, records: int) -> None:
    project.build()
    with duckdb.connect(str(project.warehouse), config={"memory_limit": "300MB"}) as connection:
        connection.execute(
            f"""
            insert into mixpanel_payloads
            select i + 1, date '2025-01-01' + (i // 8000)::int, (i // 1000 % 8)::int, 'import', id, 'someone',
                timestamp '2025-01-01', payload, strlen(payload)
            from (
                select i, md5(i::varchar) as id, concat('{{"event":"Song Played","properties":{{"$insert_id":"', id,
                    '","email":"', id, '@example.com","page":"https://example.com/?q=', id, repeat(sha1(id), 4),
                    '","text":"', repeat(sha1(concat('other', id)), 8), '"}}}}') as payload
                from range({records}) as t (i)
            )
            """
        )


def test_memory_does_not_grow_with_the_records(
    connected: Project, sink: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every record has long texts of its own, so that what looks for personal data is held to it as well."""
    monkeypatch.setenv("MIXPANEL_API_URL", sink)
    push = ("push", "--to", "mixpanel", "--yes", "--rate", "10000000")
    peaks = []
    for records in (60_000, 180_000):
        _fill(connected, records)
        shutil.rmtree(connected.state, ignore_errors=True)
        # A process of ours in between: a child begins with the peak of the one that it was forked from.
        measured = (
            f"import resource, subprocess, sys; code = subprocess.run({_command(connected, *push)}).returncode; "
            + ("print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
        )
        run = subprocess.run(
            [sys.executable, "-c", measured], env=_environment(), capture_output=True, text=True
        )
        *out, last = run.stdout.splitlines()
        code, kilobytes = map(int, last.split())
        assert code == 0, run.stderr
        assert f"  accepted now  {records:,}" in out
        peaks.append(kilobytes / 1024)
    print(peaks)
    assert max(peaks) < 256
    assert peaks[1] - peaks[0] < 40, "megabytes for 120,000 records more"


def test_no_open_file_stays(connected: Project, standin: Standin) -> None:
    connected.build(mixpanel=_records())
    connected.push("mixpanel")

    def open_files() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before = open_files()
    for number in range(3):
        connected.build(mixpanel=[*_records(), *(mixpanel_event(100 + number, bucket=b) for b in range(3))])
        standin.fail("/import", Failure(503, {}), Failure(401, {}))
        assert connected.push("mixpanel").code in (3, 7)
        assert connected.run("replay", "--to", "mixpanel", "--yes").code in (3, 7)
        connected.run("doctor")
    assert open_files() <= before


def test_of_many_runs_one_wins(connected: Project, standin: Standin) -> None:
    connected.build(posthog=[posthog_event(n, day=n) for n in range(3)])
    standin.fail("/batch/", Failure(delay=300.0))
    runs = [_spawn(connected, "push", "--to", "posthog", "--yes") for _ in range(4)]
    end = time.monotonic() + 240
    while sum(run.poll() is None for run in runs) > 1:
        assert time.monotonic() < end, "the losers do not end"
        time.sleep(0.02)
    (winner,) = (run for run in runs if run.poll() is None)
    for run in runs:
        if run is not winner:
            _, err = run.communicate(timeout=10)
            assert run.returncode == 11, err
            assert f"process {winner.pid} on {os.uname().nodename}, since 20" in err
    winner.send_signal(signal.SIGKILL)
    winner.communicate(timeout=10)
    assert connected.push("posthog").code == 0
    assert standin.counts()["posthog_events"] == 3


def test_a_record_that_the_ledger_lost_is_noticed(
    connected: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crosswalk.push.deliver import Delivery

    connected.build(posthog=[posthog_event(n) for n in range(3)])
    whole = Delivery.hashes
    monkeypatch.setattr(Delivery, "hashes", lambda self: whole(self)[16:])
    result = connected.push("posthog")
    assert result.code == 4
    assert "3 records were accepted and 0 refused, the ledger has 2 and 0" in result.err
    assert "Traceback" not in result.err


def test_a_record_without_a_fate_is_noticed(connected: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    from crosswalk.push.selection import Selection

    connected.build(posthog=[posthog_event(n) for n in range(3)])
    rows = Selection.rows
    monkeypatch.setattr(Selection, "rows", lambda *given: (one.slice(1) for one in rows(*given)))
    result = connected.push("posthog")
    assert result.code == 4
    assert "the plan has 3 records, 2 are accounted for" in result.err
