"""The pieces that all extracts share: requests, landing, manifest, windows, rows compared."""

import base64
import datetime as dt
import gzip
import io
import os
import random
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from crosswalk.errors import ConfigError
from crosswalk.extract import line_diff
from crosswalk.extract.amplitude_shelf import Shelf
from crosswalk.extract.http import Api, Client, Reply
from crosswalk.extract.landing import Landing, writing
from crosswalk.extract.line_diff import differences
from crosswalk.extract.manifest import Manifest
from crosswalk.extract.meter import Meter, window_line
from crosswalk.extract.windows import HOUR, day_windows, hours_between, read_hour, read_span
from crosswalk.push.stop import Stop
from standin.amplitude import ExportApi, Fault

from extract.support import START, AmplitudeProject, counted

_QUERY = {"start": "20240101T00", "end": "20240101T23"}


@pytest.fixture
def client(api: ExportApi) -> Iterator[Client]:
    """A client that is less patient than the command's."""
    basic = base64.b64encode(f"{api.api_key}:{api.secret_key}".encode()).decode()
    made = Client(
        Api("Amplitude", api.url, {"Authorization": f"Basic {basic}"}, "the keys"),
        2,
        Stop(),
        first_byte=0.5,
        idle=0.5,
    )
    yield made
    made.close()


def _whole(reply: Reply) -> bytes:
    return b"".join(reply.chunks())


@pytest.mark.parametrize(
    "fault", [Fault(stall=3), Fault(delay=3)], ids=["silence-in-the-body", "no-first-byte"]
)
def test_silent_server_is_given_up_and_asked_again(client: Client, api: ExportApi, fault: Fault) -> None:
    api.fail(fault)
    assert client.fetch("/api/2/export", _QUERY, _whole)[:2] == b"PK"
    assert client.requests == 2


def test_slow_first_byte_has_more_time_than_silence(api: ExportApi) -> None:
    basic = base64.b64encode(f"{api.api_key}:{api.secret_key}".encode()).decode()
    patient = Client(
        Api("Amplitude", api.url, {"Authorization": f"Basic {basic}"}, "the keys"),
        1,
        Stop(),
        first_byte=60,
        idle=0.3,
    )
    api.fail(Fault(delay=1.2))
    assert patient.fetch("/api/2/export", _QUERY, _whole)[:2] == b"PK"
    assert patient.requests == 1
    patient.close()


def test_redirects_are_not_followed(project: AmplitudeProject, api: ExportApi) -> None:
    """The keys would go wherever the answer says."""
    api.fail(
        Fault(status=302, headers={"Location": f"{api.url}/api/2/export?start=20240101T00&end=20240101T05"})
    )
    result = project.extract("--workers", "1")
    assert result.code == 2
    assert "redirects are not followed" in result.err
    assert len(api.asked) == 1


@pytest.mark.parametrize("status", [400, 403, 418, 500])
def test_keys_that_the_server_echoes_are_not_shown(
    project: AmplitudeProject, api: ExportApi, status: int
) -> None:
    basic = base64.b64encode(f"{api.api_key}:{api.secret_key}".encode()).decode()
    echo = f"no: {api.api_key} {api.secret_key} Basic {basic}".encode()
    api.fail(*[Fault(status=status, body=echo)] * 200)
    result = project.extract("--start", "2024-01-01T05", "--end", "2024-01-01T05")
    assert result.code in (3, 5)
    written = b"".join(path.read_bytes() for path in project.shelf.folder.rglob("*") if path.is_file())
    for secret in (api.secret_key, api.api_key, basic):
        assert secret not in result.out + result.err
        assert secret.encode() not in written


def test_files_are_synced_before_they_get_their_name(
    project: AmplitudeProject, api: ExportApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: set[int] = set()
    seen: list[str] = []
    fsync, replace = os.fsync, os.replace

    def noted(handle: int) -> None:
        fsync(handle)
        synced.add(os.fstat(handle).st_ino)

    def checked(source: str | Path, target: str | Path) -> None:
        assert os.stat(source).st_ino in synced, f"{target} got its name before its bytes were on the disk"  # noqa: PTH116
        seen.append(str(target))
        synced.discard(os.stat(Path(target).parent).st_ino)  # noqa: PTH116
        replace(source, target)

    monkeypatch.setattr(os, "fsync", noted)
    monkeypatch.setattr(os, "replace", checked)
    assert project.extract("--workers", "1").code == 0
    assert len([name for name in seen if name.endswith(".json.gz")]) == len(project.shelf.files())
    assert os.stat(project.shelf.folder).st_ino in synced, "the folder is synced after the renames"  # noqa: PTH116


def test_torn_manifest_is_read_and_goes_on(project: AmplitudeProject, api: ExportApi) -> None:
    project.extract("--workers", "1")
    path = project.shelf.folder / ".extract" / "manifest.log"
    path.write_bytes(path.read_bytes()[:-40])
    assert project.extract().code == 0
    assert project.shelf.rows() == counted(api.all_lines())
    assert project.extract().report()["requests"] == 0


def test_record_after_a_torn_one_is_not_lost(tmp_path: Path) -> None:
    Manifest(tmp_path).append({"id": "whole"})
    path = tmp_path / "manifest.log"
    path.write_bytes(path.read_bytes() + b'{"id":"to')
    Manifest(tmp_path).append({"id": "later"})
    assert [record["id"] for record in Manifest(tmp_path).records()] == ["whole", "later"]


@pytest.mark.parametrize("seed", range(12))
def test_garbled_manifest_costs_requests_and_no_rows(
    project: AmplitudeProject, api: ExportApi, seed: int
) -> None:
    """Half of an hour is no hour because its record cannot be read."""
    rng = random.Random(seed)
    project.extract()
    path = project.shelf.folder / ".extract" / "manifest.log"
    data = bytearray(path.read_bytes())
    for _ in range(rng.choice((1, 3))):
        data[rng.randrange(len(data))] = rng.choice(b'0123456789"abcdefhorn:,{}[]-T\x00\xff')
    path.write_bytes(data)
    for file in rng.sample(project.shelf.files(), 8):
        file.unlink()
    result = project.extract()
    assert result.code == 0, result.err
    assert project.shelf.rows() == counted(api.all_lines())
    assert project.extract().report()["requests"] == 0


def test_failed_write_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), writing(tmp_path / "a.part") as file:
        file.write(b"half")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_manifest_of_very_many_files_takes_little_memory(tmp_path: Path) -> None:
    """30,000 files; a year of a large project has a million."""
    manifest = Manifest(tmp_path)
    for day in range(60):
        at = START + day * 24 * HOUR
        files = [
            {
                "name": f"1_{at:%Y-%m-%d}_5#{n}.json.gz",
                "hour": f"{at:%Y-%m-%dT05}",
                "bytes": n,
                "sha256": f"{n:064x}",
            }
            for n in range(500)
        ]
        manifest.append(
            {"id": f"{day}", "kind": "window", "account": "a", "start": f"{at:%Y-%m-%dT%H}", "hours": 24}
            | {"status": "whole", "bytes": 1, "files": files}
        )
    tracemalloc.start()
    with Landing(tmp_path / "dest") as landing:
        again = Manifest(tmp_path)
        shelf = Shelf(landing, again, "a")
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert kept < 5_000_000
    assert len(shelf.recorded_files([START + 5 * HOUR])) == 500
    assert [one["id"] for one in again.records()] == [f"{day}" for day in range(60)]
    assert again.has("59")
    assert not again.has("60")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"files": {}}'])
def test_garbled_intent_is_none(project: AmplitudeProject, api: ExportApi, text: str) -> None:
    stage = project.shelf.folder / ".extract" / "staged-1"
    stage.mkdir(parents=True)
    (stage / "intent").write_text(text)
    result = project.extract()
    assert result.code == 0, result.err
    assert not stage.exists()
    assert project.shelf.rows() == counted(api.all_lines())


def test_parts_of_a_killed_run_are_removed(tmp_path: Path) -> None:
    with Landing(tmp_path / "dest") as landing:
        part = landing.part("../../x y.zip")
        part.write_bytes(b"half")
        assert part.parent == landing.work
    with Landing(tmp_path / "dest") as landing:
        assert not part.exists()


@pytest.mark.parametrize("seed", range(40))
def test_windows_hold_each_hour_once(seed: int) -> None:
    rng = random.Random(seed)
    hours = {START + number * HOUR for number in rng.sample(range(200), rng.randrange(100))}
    windows = day_windows(hours)
    covered = [hour for window in windows for hour in window.all_hours()]
    assert Counter(covered) == Counter(hours)
    assert all(window.start.date() == window.end.date() for window in windows)
    large = [window for window in windows if window.hours > 1]
    halves = [half for window in large for half in window.split(window.hours // 2)]
    assert [one for half in halves for one in half.all_hours()] == [
        one for window in large for one in window.all_hours()
    ]


def test_hours_and_spans_are_read() -> None:
    assert read_hour("2024-02-29T23", "--start") == dt.datetime(2024, 2, 29, 23, tzinfo=dt.UTC)
    assert read_hour("2024-02-29", "--end", last_of_day=True).hour == 23
    assert (read_span("2d", "x"), read_span("36h", "x")) == (48, 36)
    assert len(hours_between(START, START + 23 * HOUR)) == 24
    assert hours_between(START, START - HOUR) == []
    for bad in ("2024-02-30", "2024-01-01T24", "yesterday", "20240101T00"):
        with pytest.raises(ConfigError):
            read_hour(bad, "--start")


@pytest.mark.parametrize("seed", range(40))
def test_differences_count_each_line_as_often_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    rng = random.Random(seed)
    some = [b"a", b"b", b"c", b"{}", "ü".encode()]
    old, new = (rng.choices(some, k=rng.randrange(20)) for _ in range(2))
    for name, lines in (("old", old), ("new", new)):
        (tmp_path / name).write_bytes(gzip.compress(b"\r\n".join(lines)) + gzip.compress(b"\n\n"))
    monkeypatch.setattr(line_diff, "LINES_A_PASS", rng.randrange(1, 8))
    found = differences([tmp_path / "old"], [tmp_path / "new"], len(old) + len(new))
    before, after = Counter(old), Counter(new)
    assert found == ((after - before).total(), (before - after).total())


def test_meter_shows_rows_bytes_and_time_left(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(screen, "isatty", lambda: True)
    monkeypatch.setattr("sys.stderr", screen)
    for name in ("_DRAW_AFTER_SECONDS", "_REDRAW_SECONDS"):
        monkeypatch.setattr(f"crosswalk.progress.{name}", 0.0)
    monkeypatch.setattr("crosswalk.output.log.propagate", True)
    caplog.set_level("INFO", "crosswalk")
    with Meter(48, "hours") as meter:
        meter.received("2024-01-01", 5_000_000)
        meter.done("2024-01-01", 24, window_line("2024-01-01", 2, 1500, 5_000_000, 3.2), 1500)
        meter.received("2024-01-02", 1)
    shown = screen.getvalue()
    assert "24 of 48 hours" in shown
    assert "2024-01-02: 5.0 MB" in shown
    assert "1,500 rows" in shown
    assert " left" in shown
    assert set(caplog.messages) == {"2024-01-01: 2 files, 1,500 rows, 5.0 MB in 4 s"}
