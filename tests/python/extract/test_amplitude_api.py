"""`extract amplitude` over the Export API: what is asked for, how each status is met, what is on the disk afterwards."""

import datetime as dt
import gzip
import itertools
import json
import os
import signal
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from crosswalk.extract.amplitude_shelf import Shelf
from crosswalk.extract.http import Gate
from crosswalk.push.stop import Stop
from standin.amplitude import ExportApi, Fault, with_wrong_crc

from extract.support import START, AmplitudeProject, counted


def test_two_days_arrive_exactly_once(project: AmplitudeProject, api: ExportApi) -> None:
    result = project.extract()
    assert result.code == 0, result.err
    report = result.report()
    assert project.shelf.rows() == counted(api.all_lines())
    project.shelf.check_private()
    assert report["rows"] == len(api.all_lines())
    assert report["hours"] == 48 == report["fetched"]
    assert sorted((one.start, one.end) for one in api.asked) == [
        ("20240101T00", "20240101T23"),
        ("20240102T00", "20240102T23"),
    ]
    names = [path.name for path in project.shelf.files()]
    assert all(name.startswith("187520_2024-01-0") for name in names)


def test_second_run_asks_for_nothing(project: AmplitudeProject, api: ExportApi) -> None:
    project.extract()
    before = {path: path.stat().st_mtime_ns for path in project.shelf.files()}
    asked = len(api.asked)
    result = project.extract()
    assert (result.code, result.report()["there_before"], result.report()["requests"]) == (0, 48, 0)
    assert len(api.asked) == asked
    assert {path: path.stat().st_mtime_ns for path in project.shelf.files()} == before


def test_both_ends_of_the_range_belong_to_it(project: AmplitudeProject, api: ExportApi) -> None:
    hours = [START + dt.timedelta(hours=number) for number in (5, 6, 7)]
    result = project.extract("--start", "2024-01-01T05", "--end", "2024-01-01T07")
    assert result.code == 0
    assert project.shelf.rows() == counted([line for hour in hours for line in api.rows.get(hour, [])])
    assert [(one.start, one.end) for one in api.asked] == [("20240101T05", "20240101T07")]
    project.extract("--start", "2024-01-01T00", "--end", "2024-01-01T09")
    assert sorted((one.start, one.end) for one in api.asked[1:]) == [
        ("20240101T00", "20240101T04"),
        ("20240101T08", "20240101T09"),
    ]


def test_manifest_says_what_was_fetched(project: AmplitudeProject, api: ExportApi) -> None:
    project.extract()
    records = project.shelf.manifest()
    assert {record["start"] for record in records} == {"2024-01-01T00", "2024-01-02T00"}
    assert sum(record["rows"] for record in records) == len(api.all_lines())
    for record in records:
        assert (record["status"], record["hours"], record["project"]) == ("whole", 24, "187520")
        assert record["bytes"] > 0
        assert len(record["sha256"]) == 64
        assert record["fetched_at"]
        assert all(len(one["sha256"]) == 64 and one["rows"] for one in record["files"])
    text = (project.shelf.folder / ".extract" / "manifest.log").read_text()
    assert api.api_key not in text
    assert api.secret_key not in text


def test_deleted_and_damaged_files_are_fetched_again(project: AmplitudeProject, api: ExportApi) -> None:
    project.extract()
    of_hours = {path.name.split("#")[0]: path for path in project.shelf.files()}
    first, second, third = list(of_hours.values())[:3]
    first.unlink()
    second.write_bytes(second.read_bytes()[:-9])
    data = bytearray(third.read_bytes())
    data[len(data) // 2] ^= 1
    third.write_bytes(bytes(data))
    result = project.extract()
    assert result.code == 0
    assert result.report()["fetched"] == 3
    assert project.shelf.rows() == counted(api.all_lines())
    assert result.report()["new_rows"] == 0


def test_files_without_a_record_are_adopted(project: AmplitudeProject, api: ExportApi) -> None:
    project.extract()
    (project.shelf.folder / ".extract" / "manifest.log").unlink()
    asked = len(api.asked)
    result = project.extract()
    assert result.code == 0
    report = result.report()
    # one hour is asked for, to learn that the files are this project's; empty hours leave no file, so they are asked again
    assert report["adopted"] + 1 == len(api.rows)
    assert len(api.asked) > asked
    assert "20240101T00" in {one.start for one in api.asked[asked:]}
    assert project.shelf.rows() == counted(api.all_lines())
    assert project.extract().report()["requests"] == 0


def test_another_projects_files_are_not_adopted(project: AmplitudeProject, api: ExportApi) -> None:
    project.shelf.folder.mkdir(parents=True, mode=0o700)
    for hour in (5, 6, 7):
        (project.shelf.folder / f"999_2024-01-01_{hour}#1.json.gz").write_bytes(
            gzip.compress(b'{"app":999}\n')
        )
    result = project.extract()
    assert (result.code, result.report()["adopted"]) == (0, 0)
    assert project.shelf.rows() == counted([*api.all_lines(), *[b'{"app":999}'] * 3])


def test_half_written_hour_is_not_adopted(project: AmplitudeProject, api: ExportApi) -> None:
    """A whole file beside a damaged one of the same hour: the hour is asked for."""
    project.extract()
    (project.shelf.folder / ".extract" / "manifest.log").unlink()
    path = project.shelf.files()[-1]
    path.write_bytes(path.read_bytes()[:20])
    assert project.extract().code == 0
    assert project.shelf.rows() == counted(api.all_lines())


def test_hour_of_a_zip_with_a_missing_member_is_not_adopted(
    project: AmplitudeProject, api: ExportApi, tmp_path: Path
) -> None:
    """The zip gave half of the hour, and said so."""
    project.extract("--start", "2024-01-01T00", "--end", "2024-01-01T02")
    lines = next(lines for hour, lines in api.rows.items() if hour.hour == 5)
    packed = [gzip.compress(b"\n".join(lines[at::2])) for at in range(2)]
    with zipfile.ZipFile(tmp_path / "half.zip", "w") as archive:
        archive.writestr("187520/187520_2024-01-01_5#1.json.gz", packed[0])
        archive.writestr("187520/187520_2024-01-01_5#2.json.gz", packed[1][:-5])
        archive.writestr("187520/187520_2024-01-01_6#2.json.gz", gzip.compress(b"{}\n"))
    assert project.project.run("extract", "amplitude", "--from-zip", str(tmp_path / "half.zip")).code == 6
    result = project.extract("--start", "2024-01-01T00", "--end", "2024-01-01T06")
    assert result.code == 0
    assert result.report()["adopted"] == 1
    assert not counted(lines) - project.shelf.rows()
    assert not project.shelf.rows() - counted([*api.all_lines(), b"{}"])


def test_nothing_in_the_range_is_no_failure(project: AmplitudeProject, api: ExportApi) -> None:
    result = project.extract("--start", "2020-01-01", "--end", "2020-01-02")
    assert result.code == 0
    assert (result.report()["empty"], result.report()["rows"]) == (48, 0)
    assert {record["status"] for record in project.shelf.manifest()} == {"empty"}
    project.extract()  # something came from this account, so that its empty hours are believed
    asked = len(api.asked)
    assert project.extract("--start", "2020-01-01", "--end", "2020-01-02").report()["requests"] == 0
    assert len(api.asked) == asked


@pytest.mark.parametrize("limit", ["bytes", "hours"])
def test_too_large_windows_are_halved(project: AmplitudeProject, api: ExportApi, limit: str) -> None:
    if limit == "bytes":
        api.max_bytes = 12_000
    else:
        api.max_hours = 2
    result = project.extract()
    assert result.code == 0, result.err
    assert {one.status for one in api.asked} >= {400 if limit == "bytes" else 504, 200}
    assert project.shelf.rows() == counted(api.all_lines())
    spans = [int(one.end[-2:]) - int(one.start[-2:]) + 1 for one in api.asked if one.status == 200]
    assert max(spans) < 24


def test_an_hour_that_is_too_large_fails_alone(project: AmplitudeProject, api: ExportApi) -> None:
    largest = max(api.rows, key=lambda hour: len(api.rows[hour]))
    api.fail(*[Fault(status=400)] * 40, start=f"{largest:%Y%m%dT%H}")
    result = project.extract()
    assert result.code == 5
    report = result.report()
    assert report["failed_hours"] == 1
    assert f"{largest:%Y-%m-%dT%H}" in report["failed"][0]["window"]
    assert "Amazon S3" in report["failed"][0]["why"]
    lost = api.rows[largest]
    assert project.shelf.rows() == counted(api.all_lines()) - counted(lost)
    api._faults.clear()
    assert project.extract().code == 0
    assert project.shelf.rows() == counted(api.all_lines())


def test_storm_of_429_is_waited_out(project: AmplitudeProject, api: ExportApi) -> None:
    api.fail(*[Fault(status=429, headers={"Retry-After": "1"})] * 3)
    began = time.monotonic()
    result = project.extract("--workers", "1")
    assert result.code == 0
    assert time.monotonic() - began >= 3.0
    assert "waiting until" in result.err
    refused = [one.at for one in api.asked if one.status == 429]
    assert all(later - earlier >= 1.0 for earlier, later in itertools.pairwise(refused))
    assert project.shelf.rows() == counted(api.all_lines())


def test_one_workers_429_holds_the_others(
    project: AmplitudeProject, api: ExportApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[float] = []
    hold = Gate.hold

    def noted(gate: Gate, seconds: float) -> None:
        held.append(seconds)
        hold(gate, seconds)

    monkeypatch.setattr(Gate, "hold", noted)
    api.fail(Fault(status=429, headers={"Retry-After": "1"}))
    assert project.extract().code == 0
    assert held == [1.0]
    gate = Gate(Stop())
    hold(gate, 0.3)
    began = time.monotonic()
    gate.wait()
    assert time.monotonic() - began >= 0.3


def test_errors_of_the_server_are_tried_again(project: AmplitudeProject, api: ExportApi) -> None:
    api.fail(Fault(status=500), Fault(status=503), Fault(cut=0.4), Fault(cut=0.0), Fault(status=502))
    result = project.extract("--workers", "1")
    assert result.code == 0, result.err
    assert project.shelf.rows() == counted(api.all_lines())


def test_pause_that_a_busy_server_asks_for_is_kept(project: AmplitudeProject, api: ExportApi) -> None:
    api.fail(Fault(status=503, headers={"Retry-After": "1"}))
    began = time.monotonic()
    assert project.extract("--workers", "1").code == 0
    assert time.monotonic() - began >= 1.0


def test_server_that_stays_down_is_5(project: AmplitudeProject, api: ExportApi) -> None:
    api.fail(*[Fault(status=500)] * 200)
    result = project.extract()
    assert result.code == 5
    assert "run the same command again" in result.err
    assert len(api.asked) <= 4 * 10


@pytest.mark.parametrize(("status", "word"), [(401, "keys are not accepted"), (403, "wrong region")])
def test_refused_keys_stop_at_once(project: AmplitudeProject, api: ExportApi, status: int, word: str) -> None:
    api.fail(*[Fault(status=status)] * 10)
    result = project.extract("--workers", "1")
    assert result.code == 3
    assert word in result.err
    assert "AMPLITUDE_API_KEY" in result.err
    assert len(api.asked) == 1


def test_wrong_key_is_3(project: AmplitudeProject, api: ExportApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMPLITUDE_SECRET_KEY", "another-secret-key")
    result = project.extract()
    assert result.code == 3
    assert "another-secret-key" not in result.err + result.out
    monkeypatch.delenv("AMPLITUDE_SECRET_KEY")
    assert "AMPLITUDE_SECRET_KEY is not set" in project.extract().err


def test_region_has_no_default(project: AmplitudeProject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AMPLITUDE_URL")
    result = project.extract()
    assert result.code == 2
    assert "--region us|eu" in result.err
    monkeypatch.setenv("AMPLITUDE_URL", "http://amplitude.com")
    assert "use https" in project.extract().err


def test_young_hours_are_not_asked_for(
    project: AmplitudeProject, api: ExportApi, at_noon: dt.datetime
) -> None:
    """At 12:10 the hour 9 is the last one: it ended at 10:00, two hours ago."""
    api.now = at_noon
    result = project.extract()
    assert result.code == 0
    assert result.report()["too_young"] == 14
    assert "Not asked for yet: 14 hours from 2024-01-02T10" in result.err
    assert max(one.end for one in api.asked) == "20240102T09"
    api.now = None
    second = project.extract()
    assert second.report()["too_young"] == 14


def test_an_end_that_is_very_far_away_is_no_burden(project: AmplitudeProject, api: ExportApi) -> None:
    tracemalloc.start()
    api.rows.clear()
    now = dt.datetime.now(dt.UTC).replace(minute=0)
    result = project.extract("--start", f"{now - dt.timedelta(hours=9):%Y-%m-%dT%H}", "--end", "2199-12-31")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert result.code == 0, result.err
    assert result.report()["too_young"] > 1_400_000
    assert most < 50_000_000


def test_refresh_brings_late_rows_and_keeps_what_is_the_same(
    project: AmplitudeProject, api: ExportApi
) -> None:
    project.extract()
    before = {path.name: path.read_bytes() for path in project.shelf.files()}
    late = [json.dumps({"uuid": f"late-{number}"}).encode() for number in range(7)]
    api.add_late(START + dt.timedelta(hours=30), late)
    result = project.extract("--refresh-last", "1d")
    assert result.code == 0
    assert result.report()["new_rows"] == 7
    assert project.shelf.rows() == counted(api.all_lines())
    after = {path.name: path.read_bytes() for path in project.shelf.files()}
    others = {name: data for name, data in before.items() if "_2024-01-02_6#" not in name}
    assert {name: after.get(name) for name in others} == others, "hours without a change keep their bytes"
    assert "Fetching 24 hours of upload" in result.err
    again = project.extract("--refresh-last", "1d")
    assert again.report()["new_rows"] == 0
    assert {path.name: path.read_bytes() for path in project.shelf.files()} == after, (
        "rows in another order are no reason to write the files anew"
    )


def test_rows_that_the_vendor_no_longer_sends_are_kept_aside(
    project: AmplitudeProject, api: ExportApi
) -> None:
    project.extract()
    hour = START + dt.timedelta(hours=30)
    gone = api.rows[hour].pop()
    result = project.extract("--refresh-last", "24h")
    assert result.code == 0
    assert result.report()["replaced_rows_kept"] == 1
    assert project.shelf.rows() == counted(api.all_lines()), "old and new are never mixed"
    kept = (project.shelf.folder / ".extract" / "replaced").rglob("*.replaced")
    assert not list((project.shelf.folder).rglob(".extract/**/*.json.gz")), "no glob with ** meets them"
    assert gone in {line for path in kept for line in gzip.decompress(path.read_bytes()).splitlines()}


def test_an_empty_answer_does_not_take_rows_away(project: AmplitudeProject, api: ExportApi) -> None:
    project.extract()
    before = project.shelf.rows()
    api.rows.clear()
    result = project.extract("--refresh-last", "2d")
    assert result.code == 0
    assert project.shelf.rows() == before
    assert "stay" in result.err


def test_an_empty_answer_for_a_file_that_was_deleted_is_a_failure(
    project: AmplitudeProject, api: ExportApi
) -> None:
    project.extract()
    name = sorted(path.name for path in project.shelf.folder.glob("*.json.gz"))[0]
    (project.shelf.folder / name).unlink()
    rows = dict(api.rows)
    api.rows.clear()
    for _ in range(2):
        result = project.extract()
        assert (result.code, result.report()["failed_hours"]) == (5, 1), result.err
        assert name in json.dumps(result.report()["failed"])
    api.rows.update(rows)
    assert project.extract().code == 0
    assert project.shelf.rows() == counted(api.all_lines())


def test_damaged_answers_are_asked_for_again(project: AmplitudeProject, api: ExportApi) -> None:
    api.fail(
        Fault(damage=with_wrong_crc),
        Fault(damage=lambda body: body[:-300]),
        Fault(damage=lambda _: b"no zip"),
    )
    result = project.extract("--workers", "1")
    assert result.code == 0, result.err
    assert project.shelf.rows() == counted(api.all_lines())
    project.shelf.check_private()


def test_an_hour_that_stays_damaged_fails_alone_and_is_kept(
    project: AmplitudeProject, api: ExportApi
) -> None:
    hour = START + dt.timedelta(hours=4)
    api.fail(*[Fault(damage=with_wrong_crc)] * 60, start="20240101T00")
    api.fail(*[Fault(damage=with_wrong_crc)] * 60, start="20240101T04")
    result = project.extract("--workers", "1")
    assert result.code == 5
    failed = {one["window"] for one in result.report()["failed"]}
    assert "2024-01-01T00" in failed
    assert failed <= {"2024-01-01T00", "2024-01-01T04"}
    rows = project.shelf.rows()
    assert not rows - counted(api.all_lines())
    assert Path(result.report()["failed"][0]["kept"]).is_file()
    project.shelf.check_private()
    api._faults.clear()
    assert project.extract().code == 0
    assert project.shelf.rows() == counted(api.all_lines())
    assert hour in api.rows


def test_nested_zip(project: AmplitudeProject, api: ExportApi) -> None:
    api.nested = True
    assert project.extract().code == 0
    assert project.shelf.rows() == counted(api.all_lines())


def test_at_most_four_requests_at_once(project: AmplitudeProject, api: ExportApi) -> None:
    api.fail(*[Fault(delay=0.4)] * 8)
    result = project.extract("--start", "2023-12-20", "--end", "2024-01-02", "--workers", "16")
    assert result.code == 0
    assert 1 < api.most_at_once <= 4
    assert len(api.asked) == 14


def test_lock_keeps_a_second_run_out(project: AmplitudeProject, api: ExportApi) -> None:
    from crosswalk.extract.landing import Landing

    with Landing(project.shelf.folder):
        result = project.extract()
    assert result.code == 11
    assert f"process {os.getpid()}" in result.err
    assert api.asked == []
    assert project.extract().code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("--start", "2024-01-01T00"),
        ("--start", "2024-01-02T00", "--end", "2024-01-01T00"),
        ("--start", "2024-13-01", "--end", "2024-01-01T00"),
        ("--start", "2024-01-01", "--end", "2024-01-01T25"),
        ("--start", "2024-01-01", "--end", "2024-01-01", "--refresh-last", "two days"),
        ("--start", "2024-01-01", "--end", "2024-01-01", "--from-zip", "x.zip"),
    ],
)
def test_wrong_use_is_2(project: AmplitudeProject, api: ExportApi, arguments: tuple[str, ...]) -> None:
    result = project.extract(*arguments)
    assert result.code == 2
    assert "Traceback" not in result.err
    assert api.asked == []


@pytest.mark.parametrize("looking", ["is_there", "describe"])
def test_signal_ends_the_look_at_the_disk(
    project: AmplitudeProject, api: ExportApi, monkeypatch: pytest.MonkeyPatch, looking: str
) -> None:
    """Reading what is there may take an hour: Ctrl-C does not wait for it."""
    project.extract()
    if looking == "describe":
        (project.shelf.folder / ".extract" / "manifest.log").unlink()
    before, calls, real = project.shelf.rows(), [0], getattr(Shelf, looking)

    def interrupted(*given: object) -> object:
        calls[0] += 1
        if calls[0] == 3:
            os.kill(os.getpid(), signal.SIGINT)
        return real(*given)

    monkeypatch.setattr(Shelf, looking, interrupted)
    result = project.extract()
    assert result.code == 130
    assert calls[0] <= 3
    report = result.report()
    assert (report["outcome"], report["there_before"] + report["fetched"] + report["left"]) == (
        "interrupted",
        48,
    )
    assert project.shelf.rows() == before


def test_nothing_at_all_is_said(project: AmplitudeProject, api: ExportApi) -> None:
    """A wrong address that answers 404 to everything looks like a project without data."""
    rows = dict(api.rows)
    api.rows.clear()
    assert f"Nothing at all came from {api.url}" in project.extract().err
    assert "Nothing at all" in project.extract().err, "nothing is final while nothing ever came"
    api.rows.update(rows)
    assert project.extract().code == 0
    assert project.shelf.rows() == counted(api.all_lines())


def test_text_report(project: AmplitudeProject, api: ExportApi) -> None:
    result = project.project.run("extract", "amplitude", "--start", "2024-01-01", "--end", "2024-01-02")
    assert result.code == 0
    assert "Done: uploads from 2024-01-01T00 to 2024-01-02T23 (UTC)" in result.out
    assert "1,500 rows" in result.out
    assert "2024-01-01: " in result.err
