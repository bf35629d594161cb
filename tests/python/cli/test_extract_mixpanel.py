"""`extract mixpanel` against a strict stand-in: what is asked for, how each answer is met, what is on the disk."""

import datetime as dt
import gzip
import itertools
import json
import os
import random
import re
import signal
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from crosswalk.extract.mixpanel_days import Known
from crosswalk.extract.mixpanel_export import DayFetch
from crosswalk.extract.mixpanel_lines import EndedEarlyError, RecordLines
from crosswalk.extract.mixpanel_quota import HOUR_SECONDS, SECOND_SECONDS, Quota
from standin.mixpanel_export import ExportApis, Fault, broken_records, ended_early, profiles, truth

from cli.support import Project, Result

FIRST = dt.date(2024, 1, 1)
DAYS = 7
RANGE = ("--from", "2024-01-01", "--to", "2024-01-07")


@pytest.fixture(autouse=True)
def quick_quota(monkeypatch: pytest.MonkeyPatch) -> None:
    """The vendor's hour and second are so short here that they never make anyone wait; nor does the disk."""
    monkeypatch.setattr("os.fsync", lambda handle: None)
    monkeypatch.setattr("crosswalk.extract.mixpanel_quota.HOUR_SECONDS", 0.0)
    monkeypatch.setattr("crosswalk.extract.mixpanel_quota.SECOND_SECONDS", 0.0)
    for name in ("MIXPANEL_DATA_URL", "MIXPANEL_QUERY_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def apis() -> Iterator[ExportApis]:
    """1,000 events over a week, two of the days without any, and 2,345 people."""
    with ExportApis(truth(1000, FIRST, DAYS, empty=3), profiles(2345), hour=0.0, second=0.0) as server:
        yield server


@pytest.fixture
def reader(project: Project, apis: ExportApis, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose service account leads to the stand-in."""
    monkeypatch.setenv("MIXPANEL_DATA_URL", apis.url)
    monkeypatch.setenv("MIXPANEL_QUERY_URL", apis.url)
    monkeypatch.setenv("MIXPANEL_SERVICE_ACCOUNT", apis.account)
    monkeypatch.setenv("MIXPANEL_SERVICE_SECRET", apis.secret)
    monkeypatch.setenv("MIXPANEL_PROJECT_ID", apis.project_id)
    return project


def _extract(project: Project, *more: str) -> Result:
    chosen = more if "--from" in more else (*RANGE, *more)
    return project.run("extract", "mixpanel", "--json", *chosen)


def _folder(project: Project) -> Path:
    return project.folder / "data" / "mixpanel"


def _days(project: Project) -> dict[str, list[bytes]]:
    """Every line that staging would find, by the day in the file's name; a file that is not whole is an error."""
    return {
        path.name.split("_")[2].removesuffix(".ndjson.gz"): sorted(
            gzip.decompress(path.read_bytes()).splitlines()
        )
        for path in _folder(project).glob("*")
        if path.is_file()
    }


def _truth(apis: ExportApis) -> dict[str, list[bytes]]:
    return {day: sorted(lines) for day, lines in apis.days.items() if lines}


def _manifest(project: Project) -> list[dict[str, Any]]:
    text = (_folder(project) / ".extract" / "manifest.log").read_text()
    return [json.loads(line) for line in text.splitlines()]


def test_every_day_arrives_exactly(reader: Project, apis: ExportApis) -> None:
    result = _extract(reader)
    assert result.code == 0, result.err
    assert _days(reader) == _truth(apis)
    report = result.report()
    assert (report["days"], report["fetched"], report["empty"], report["rows"]) == (7, 7, 2, 1000)
    assert sorted(one.what for one in apis.asked) == sorted(apis.days)
    for path in [_folder(reader), *_folder(reader).rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
        assert not path.name.endswith(".part")
    records = {one["day"]: one for one in _manifest(reader)}
    assert {day: one["rows"] for day, one in records.items()} == {
        d: len(lines) for d, lines in apis.days.items()
    }
    assert (reader.state / "quota" / "mixpanel-export-4242.json").exists()


def test_second_run_asks_for_nothing(reader: Project, apis: ExportApis) -> None:
    assert _extract(reader, "--profiles").code == 0
    before = {path: path.stat().st_mtime_ns for path in _folder(reader).rglob("*.gz")}
    asked = len(apis.asked)
    result = _extract(reader, "--profiles")
    assert (result.code, result.report()["requests"], len(apis.asked)) == (0, 0, asked)
    assert {path: path.stat().st_mtime_ns for path in _folder(reader).rglob("*.gz")} == before


def test_what_is_missing_or_damaged_is_fetched_again(reader: Project, apis: ExportApis) -> None:
    assert _extract(reader).code == 0
    first, second, third = sorted(_folder(reader).glob("*.gz"))[:3]
    first.unlink()
    second.write_bytes(second.read_bytes()[:-9])
    third.write_bytes(gzip.compress(b'{"event":"other"}\n'))
    asked = len(apis.asked)
    assert _extract(reader).report()["fetched"] == 3
    assert len(apis.asked) - asked == 3
    assert _days(reader) == _truth(apis)


def test_lost_manifest_costs_the_empty_days_only(reader: Project, apis: ExportApis) -> None:
    assert _extract(reader).code == 0
    (_folder(reader) / ".extract" / "manifest.log").unlink()
    assert _extract(reader).report()["fetched"] == 2
    assert _days(reader) == _truth(apis)


def test_refresh_last_brings_late_rows(reader: Project, apis: ExportApis) -> None:
    assert _extract(reader).code == 0
    late = b'{"event":"late","properties":{"time":1705104000000,"distinct_id":"x"}}'
    for day in ("2024-01-05", "2024-01-06", "2024-01-07"):
        apis.days[day].append(late)
    result = _extract(reader, "--refresh-last", "36h")
    assert result.report()["fetched"] == 2
    assert "+1 since" in result.err
    found = _days(reader)
    assert {day for day, lines in found.items() if late in lines} == {"2024-01-06", "2024-01-07"}


def test_refresh_of_more_days_than_the_range_has(reader: Project, apis: ExportApis) -> None:
    assert _extract(reader).code == 0
    assert _extract(reader, "--refresh-last", "9d").report()["fetched"] == 7


def test_day_that_is_empty_now_keeps_its_file(reader: Project, apis: ExportApis) -> None:
    """Mixpanel forgets what is older than its retention: that is no reason to delete it here."""
    assert _extract(reader).code == 0
    before = _truth(apis)
    apis.days["2024-01-07"] = []
    result = _extract(reader, "--refresh-last", "2d")
    assert result.code == 0
    assert "stays" in result.err
    assert _days(reader) == before


def test_day_with_fewer_rows_keeps_the_old_file_aside(reader: Project, apis: ExportApis) -> None:
    assert _extract(reader).code == 0
    before = sorted(apis.days["2024-01-07"])
    del apis.days["2024-01-07"][3:]
    result = _extract(reader, "--refresh-last", "1d")
    assert result.code == 0
    assert _days(reader) == _truth(apis)
    kept = list((_folder(reader) / ".extract" / "replaced").iterdir())
    assert sorted(gzip.decompress(kept[0].read_bytes()).splitlines()) == before
    assert "kept as" in result.report()["notes"][0]
    assert not kept[0].name.endswith((".gz", ".ndjson"))
    assert _extract(reader, "--refresh-last", "1d").code == 0
    assert len(list((_folder(reader) / ".extract" / "replaced").iterdir())) == 1


@pytest.mark.parametrize(
    "text",
    [b"<html>\n<body>Sign in to the network</body>\n</html>\n", b'{"error": "try later", "status": 0}\n'],
)
def test_page_that_is_no_export_is_no_day(reader: Project, apis: ExportApis, text: bytes) -> None:
    """A proxy's page and an error of the vendor's own under status 200: not a day of odd lines."""
    apis.fault = lambda what, attempt: Fault(body=lambda _: text) if what == "2024-01-01" else None
    result = _extract(reader)
    assert result.code == 5
    assert "sent no events but" in result.report()["failed"]["2024-01-01"]
    assert "2024-01-01" not in _days(reader)


def test_file_without_a_record_is_as_old_as_its_request(
    reader: Project, apis: ExportApis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked for before midnight and landed after it, and then the manifest is lost: the day was not over."""
    today = apis.today().isoformat()
    apis.days[today] = [b'{"event":"a","properties":{}}']
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    landed = DayFetch.__init__

    def asked_yesterday(self: DayFetch, *given: Any) -> None:
        landed(self, *given)
        self._asked_at = yesterday

    monkeypatch.setattr(DayFetch, "__init__", asked_yesterday)
    assert _extract(reader, "--from", today, "--to", today, "--timezone", "UTC").code == 0
    (path,) = _folder(reader).glob("*.gz")
    assert abs(path.stat().st_mtime - yesterday.timestamp()) < 1


def _cut_gzip(wire: bytes) -> bytes:
    return wire[:-12]


def _wrong_crc(wire: bytes) -> bytes:
    return wire[:-8] + bytes([wire[-8] ^ 1]) + wire[-7:]


_FAULTS: dict[str, Fault] = {
    "429": Fault(status=429),
    "429 with Retry-After": Fault(status=429, headers={"Retry-After": "0"}),
    "500": Fault(status=500),
    "503": Fault(status=503),
    "terminated early": Fault(body=ended_early),
    "truncated gzip": Fault(wire=_cut_gzip),
    "wrong CRC": Fault(wire=_wrong_crc),
    "no gzip at all": Fault(wire=lambda wire: b"<html>"),
    "reset in the body": Fault(cut=0.6),
    "cut in the middle of a record": Fault(plain=True, body=lambda body: body[:-30]),
    "cut at the end of an object": Fault(plain=True, body=lambda body: body[: body.rindex(b"}}},[") + 3]),
}


@pytest.mark.parametrize("fault", _FAULTS.values(), ids=_FAULTS.keys())
def test_answers_that_are_not_whole_are_asked_for_again(
    reader: Project, apis: ExportApis, fault: Fault
) -> None:
    apis.fault = lambda what, attempt: fault if attempt <= 2 and apis.days.get(what) else None
    result = _extract(reader)
    assert result.code == 0, result.err
    assert _days(reader) == _truth(apis)
    assert len(apis.asked) == 5 * 3 + 2


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("plain", [True, False])
def test_broken_records_are_put_together(reader: Project, apis: ExportApis, seed: int, plain: bool) -> None:
    apis.fault = lambda what, attempt: Fault(body=broken_records(seed), plain=plain)
    assert _extract(reader).code == 0
    assert _days(reader) == _truth(apis)
    assert sum(one["mended"] for one in _manifest(reader)) > 200


def test_day_that_is_never_whole_is_reported_and_the_others_go_on(reader: Project, apis: ExportApis) -> None:
    apis.fault = lambda what, attempt: Fault(body=ended_early) if what == "2024-01-02" else None
    result = _extract(reader)
    assert result.code == 5
    assert list(result.report()["failed"]) == ["2024-01-02"]
    assert "ended the export early" in result.report()["failed"]["2024-01-02"]
    assert _days(reader) == {day: lines for day, lines in _truth(apis).items() if day != "2024-01-02"}
    apis.fault = lambda what, attempt: None
    assert _extract(reader).report()["fetched"] == 1
    assert _days(reader) == _truth(apis)


def test_lines_that_are_no_record_are_kept_and_said(reader: Project, apis: ExportApis) -> None:
    apis.days["2024-01-01"] = [
        b'{"event":"a","properties":{"x":1}}',
        b"odd line",
        b'{"event":"b","properties":{}}',
    ]
    result = _extract(reader)
    assert result.code == 0
    assert _days(reader)["2024-01-01"] == sorted(apis.days["2024-01-01"])
    assert "1 line of it are no records" in result.report()["notes"][0]


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (400, 2, "check MIXPANEL_PROJECT_ID and the dates"),
        (401, 3, "Check MIXPANEL_SERVICE_ACCOUNT"),
        (402, 5, "settle the project's plan"),
        (403, 3, "wrong region"),
        (404, 2, "check the address"),
        (302, 2, "redirects are not followed"),
        (500, 5, "run the same command again later"),
    ],
)
def test_each_status_is_one_sentence(
    reader: Project, apis: ExportApis, status: int, code: int, words: str
) -> None:
    apis.fault = lambda what, attempt: Fault(status=status)
    result = _extract(reader)
    assert result.code == code
    assert words in result.err
    assert "Traceback" not in result.err
    assert apis.secret not in result.err
    assert list(_folder(reader).glob("*.gz")) == []
    assert list((_folder(reader) / ".extract").glob("*.part")) == []


@pytest.mark.parametrize(
    "name",
    ["MIXPANEL_SERVICE_ACCOUNT", "MIXPANEL_SERVICE_SECRET", "MIXPANEL_PROJECT_ID", "MIXPANEL_DATA_URL"],
)
def test_what_has_to_be_set(reader: Project, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(name)
    result = _extract(reader)
    assert result.code == (2 if name == "MIXPANEL_DATA_URL" else 3)
    assert name in result.err


def test_query_address_is_needed_for_profiles_only(reader: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MIXPANEL_QUERY_URL")
    assert _extract(reader).code == 0
    assert "MIXPANEL_QUERY_URL" in _extract(reader, "--profiles").err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--from", "2024-1", "--to", "2024-01-02"),
        ("--from", "2024-01-03", "--to", "2024-01-02"),
        ("--from", "2199-01-03", "--to", "2199-01-04"),
        ("--from", "2024-01-01", "--to", "2024-01-02", "--timezone", "Mars/Base"),
        ("--from", "2024-01-01", "--to", "2024-01-02", "--timezone", "../../etc/passwd"),
        ("--from", "2024-01-01", "--to", "2024-01-02", "--refresh-last", "2"),
    ],
)
def test_flags_that_make_no_sense(reader: Project, apis: ExportApis, arguments: tuple[str, ...]) -> None:
    result = _extract(reader, *arguments)
    assert result.code == 2
    assert "Traceback" not in result.err
    assert apis.asked == []


# --- days


def test_days_that_have_not_begun_are_left_out(reader: Project, apis: ExportApis) -> None:
    """Without the project's zone the last zone on earth counts, so that no answer is a 400."""
    today = dt.datetime.now(dt.UTC).date()
    apis.zone = dt.timezone(dt.timedelta(hours=-12))
    span = (
        "--from",
        (today - dt.timedelta(days=3)).isoformat(),
        "--to",
        (today + dt.timedelta(days=3)).isoformat(),
    )
    result = _extract(reader, *span)
    assert result.code == 0, result.err
    assert {one.status for one in apis.asked} == {200}
    assert "later ones have not begun" in result.report()["notes"][0]
    apis.zone = dt.timezone(dt.timedelta(hours=14))
    there = apis.today()
    assert _extract(reader, *span, "--timezone", "Pacific/Kiritimati").code == 0
    assert max(one.what for one in apis.asked) == there.isoformat()


def test_day_that_was_not_over_is_fetched_again(reader: Project, apis: ExportApis) -> None:
    from crosswalk.extract.mixpanel_days import Calendar

    today = apis.today()
    asked_for = ("--from", today.isoformat(), "--to", today.isoformat(), "--timezone", "UTC")
    apis.days[today.isoformat()] = [b'{"event":"a","properties":{}}']
    assert _extract(reader, *asked_for).report()["fetched"] == 1
    apis.days[today.isoformat()].append(b'{"event":"b","properties":{}}')
    assert _extract(reader, *asked_for).report()["fetched"] == 1
    assert _days(reader)[today.isoformat()] == sorted(apis.days[today.isoformat()])
    calendar = Calendar(dt.UTC, dt.datetime(2024, 1, 2, tzinfo=dt.UTC))
    assert calendar.is_over(FIRST, dt.datetime(2024, 1, 2, 0, 0, tzinfo=dt.UTC))
    assert not calendar.is_over(FIRST, dt.datetime(2024, 1, 1, 23, 59, 59, tzinfo=dt.UTC))


# --- the limits


class _Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def real_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crosswalk.extract.mixpanel_quota.HOUR_SECONDS", HOUR_SECONDS)
    monkeypatch.setattr("crosswalk.extract.mixpanel_quota.SECOND_SECONDS", SECOND_SECONDS)


@pytest.mark.usefixtures("real_hour")
def test_no_hour_has_more_than_sixty_queries_and_no_second_more_than_three(tmp_path: Path) -> None:
    """A rolling window over runs that each begin anew; the clock is ours."""
    times: list[float] = []
    clock, chance = _Clock(), random.Random(3)
    for _ in range(2000):
        quota = Quota(tmp_path, "export-1", clock)  # a new run each time: it is the file that remembers
        wait = quota.take()
        if wait == 0:
            times.append(clock.now)
            clock.now += chance.choice([0.0, 0.0, 0.1, 30.0])
        else:
            clock.now += wait
    assert len(times) >= 400
    for span, most in ((3600.0, 60), (1.0, 3)):
        worst = max(sum(1 for one in times[at:] if one < begin + span) for at, begin in enumerate(times))
        assert worst == most
    assert times[-1] - times[0] < (len(times) / 60) * HOUR_SECONDS + len(times) * 30.0


@pytest.mark.usefixtures("real_hour")
def test_quota_after_a_torn_file_or_a_clock_set_back(tmp_path: Path) -> None:
    clock = _Clock()
    quota = Quota(tmp_path, "export-1", clock)
    assert quota.take() == 0
    path = tmp_path / "quota" / "export-1.json"
    path.write_text("[1700000")
    assert quota.take() == HOUR_SECONDS
    clock.now += 100_000
    path.write_text(json.dumps([clock.now] * 60))
    clock.now -= 50_000
    assert quota.take() == HOUR_SECONDS
    assert quota.take() == HOUR_SECONDS


def test_limits_of_the_vendor_are_kept_over_two_runs(
    reader: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stand-in's hour is 1 s long, ours 2.6 s: no request is ever one too many, in the second run neither."""
    monkeypatch.setattr("crosswalk.extract.mixpanel_quota.HOUR_SECONDS", 2.6)
    monkeypatch.setattr("crosswalk.extract.mixpanel_quota.SECOND_SECONDS", 0.1)
    monkeypatch.setattr("crosswalk.extract.mixpanel_quota.HOUR_QUERIES", 12)
    monkeypatch.setattr("standin.mixpanel_export.HOUR_QUERIES", 12)
    with ExportApis(truth(300, FIRST, 20), hour=1.0, second=0.0) as apis:
        monkeypatch.setenv("MIXPANEL_DATA_URL", apis.url)
        assert _extract(reader, "--from", "2024-01-01", "--to", "2024-01-09").code == 0
        result = _extract(reader, "--from", "2024-01-01", "--to", "2024-01-20")
        assert result.code == 0
        assert apis.over_quota == 0
        assert len(apis.asked) == 20
        first, last = apis.asked[0].at, apis.asked[-1].at
        assert last - first >= 1.0
        assert _days(reader) == _truth(apis)


def test_waiting_is_shown(reader: Project, apis: ExportApis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crosswalk.extract.mixpanel_quota.HOUR_SECONDS", 1.5)
    monkeypatch.setattr("crosswalk.extract.mixpanel_quota.HOUR_QUERIES", 5)
    monkeypatch.setattr("crosswalk.extract.mixpanel_quota._TELL_FROM_SECONDS", 0.0)
    result = _extract(reader)
    assert result.code == 0
    assert re.search("Mixpanel allows 5 queries an hour: waiting until [0-9]{2}:[0-9]{2}", result.err)


# --- lines


def _joined(pieces: list[bytes]) -> tuple[list[bytes], RecordLines]:
    lines = RecordLines()
    return b"".join(lines.records(pieces)).split(b"\n")[:-1], lines


def test_record_may_break_anywhere() -> None:
    record = b'{"event":"a}}","properties":{"x":{"y":{"event":{}}}," t ":" {\\"event\\" }} ","n":[{},{"event":1}]}}'
    before, after = b'{"event":"before","properties":{}}', b'{"event":"after","properties":{"z":{}}}'
    for at in range(1, len(record)):
        body = b"\n".join([before, record[:at], record[at:], after, b""])
        found, lines = _joined([body])
        assert found == [before, record, after], record[:at]
        assert (lines.mended, lines.odd) == (1, 0)
    for first, second in itertools.combinations(range(3, len(record), 4), 2):
        body = b"\r\n".join([record[:first], record[first:second], record[second:], after, b""])
        assert _joined([body])[0] == [record, after]


def test_record_may_break_at_any_two_places() -> None:
    record = b'{"event":"a }} and {\\"event\\"","properties":{" t ":" }}  ","n":[{},{"x":1}]}}'
    before, after = b'{"event":"before","properties":{}}', b'{"event":"after","properties":{"z":{}}}'
    for first, second in itertools.combinations(range(1, len(record)), 2):
        body = b"\n".join([before, record[:first], record[first:second], record[second:], after, b""])
        assert _joined([body])[0] == [before, record, after]


@pytest.mark.parametrize("size", [1, 2, 7, 50])
def test_pieces_may_end_anywhere(size: int) -> None:
    days = truth(200, FIRST, 1, empty=9)
    body = broken_records(1)(b"\n".join(days["2024-01-01"]) + b"\n")
    assert _joined([body[at : at + size] for at in range(0, len(body), size)])[0] == days["2024-01-01"]


@pytest.mark.parametrize(
    "body",
    [
        b"terminated early",
        b'{"event":"a","properties":{}}\nTerminated early\n',
        b'{"event":"a","properties":{}}\n{"event":"b","prop',
        b'{"event":"a","properties":{"x":{}}',
        b'{"event":"a","properties":{"x":{"y":1}}',
    ],
)
def test_bodies_that_are_not_all_there_is(body: bytes) -> None:
    with pytest.raises(EndedEarlyError):
        _joined([body])


def test_last_line_may_lack_its_end() -> None:
    assert _joined([b'{"event":"a","properties":{}}'])[0] == [b'{"event":"a","properties":{}}']
    assert _joined([b""])[0] == []
    assert _joined([b"\n \n"])[0] == []


def test_lines_that_never_make_a_record_stay() -> None:
    lines = [b"odd"] * 60 + [b'{"event":"a","properties":{}}']
    found, counts = _joined([b"\n".join(lines) + b"\n"])
    assert found == lines
    assert counts.odd == 60


# --- profiles


def _people(project: Project) -> list[dict[str, Any]]:
    path = _folder(project) / "profiles" / "mixpanel_4242_profiles.ndjson.gz"
    found = [json.loads(line) for line in gzip.decompress(path.read_bytes()).decode().split("\n")[:-1]]
    return sorted(found, key=lambda one: int(one["$distinct_id"].split("-")[1]))


def test_profiles_look_at_the_disk_while_they_come(reader: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    free = iter([10 << 30] * 2)
    assert _extract(reader).code == 0
    monkeypatch.setattr("crosswalk.extract.disk.free_bytes", lambda _: next(free, 100))
    result = _extract(reader, "--profiles")
    assert result.code == 6
    assert "the next pages of profiles" in result.err
    assert not list(_folder(reader).glob("profiles/*"))


def test_profiles_are_paged_to_the_last(reader: Project, apis: ExportApis) -> None:
    result = _extract(reader, "--profiles")
    assert result.code == 0, result.err
    assert _people(reader) == apis.people
    assert [one.what for one in apis.asked if one.what.startswith("page")] == ["page 0", "page 1", "page 2"]
    assert result.report()["profiles"] == 2345


@pytest.mark.parametrize("number", [0, 1, 999, 1000, 1001, 2000])
def test_profiles_at_the_edges_of_pages(reader: Project, apis: ExportApis, number: int) -> None:
    apis.people = profiles(number)
    assert _extract(reader, "--profiles").report()["profiles"] == number
    assert number == 0 or _people(reader) == apis.people
    assert list(_folder(reader).glob("profiles/*")) == [] or number


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=429),
        Fault(status=502),
        Fault(cut=0.5),
        Fault(wire=_cut_gzip),
        Fault(wire=lambda wire: wire[:-20], plain=True),
        Fault(wire=lambda wire: b"[]", plain=True),
        Fault(wire=lambda wire: b'{"error":"busy","page_size":1000,"results":[]}', plain=True),
        Fault(wire=lambda wire: wire.replace(b'"page":1', b'"page":0'), plain=True),
    ],
)
def test_page_that_fails_is_asked_for_again(reader: Project, apis: ExportApis, fault: Fault) -> None:
    apis.fault = lambda what, attempt: fault if what == "page 1" and attempt <= 2 else None
    result = _extract(reader, "--profiles")
    assert result.code == 0, result.err
    assert _people(reader) == apis.people
    assert [one.what for one in apis.asked].count("page 1") == 3


def test_expired_session_begins_the_list_again(reader: Project, apis: ExportApis) -> None:
    def expire(what: str, attempt: int) -> Fault | None:
        if (what, attempt) == ("page 2", 1):
            apis._sessions.clear()
        return None

    apis.fault = expire
    result = _extract(reader, "--profiles")
    assert result.code == 0, result.err
    assert _people(reader) == apis.people
    assert [one.what for one in apis.asked if one.what == "page 0"] == ["page 0", "page 0"]


def _fewer(wire: bytes) -> bytes:
    """A page that says there are more people than there are."""
    return wire.replace(b'"total":2345', b'"total":2346')


def test_list_that_does_not_add_up_is_not_landed(reader: Project, apis: ExportApis) -> None:
    apis.fault = lambda what, attempt: Fault(wire=_fewer, plain=True) if what == "page 2" else None
    result = _extract(reader, "--profiles")
    assert result.code == 5
    assert "2,345 profiles where it said 2,346" in result.err
    assert not (_folder(reader) / "profiles").exists()
    assert _days(reader) == _truth(apis)


def test_refresh_fetches_the_profiles_again(reader: Project, apis: ExportApis) -> None:
    assert _extract(reader, "--profiles").code == 0
    apis.people = profiles(10)
    assert _extract(reader, "--profiles").report()["profiles"] == 2345
    assert _extract(reader, "--profiles", "--refresh-last", "1d").report()["profiles"] == 10
    assert _people(reader) == apis.people


def test_signal_ends_the_look_at_the_disk(
    reader: Project, apis: ExportApis, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _extract(reader).code == 0
    looked: list[dt.date] = []

    def interrupted(self: Known, day: dt.date) -> bool:
        looked.append(day)
        os.kill(os.getpid(), signal.SIGINT)
        return False

    monkeypatch.setattr(Known, "is_done", interrupted)
    asked = len(apis.asked)
    assert _extract(reader).code == 130
    assert (len(looked), len(apis.asked)) == (1, asked)


def test_text_report(reader: Project, apis: ExportApis) -> None:
    apis.fault = lambda what, attempt: Fault(body=ended_early) if what == "2024-01-02" else None
    result = reader.run("extract", "mixpanel", *RANGE)
    assert result.code == 5
    for words in (
        "days fetched",
        "of them without events",
        "Missing: 2024-01-02",
        "run the same command again",
    ):
        assert words in result.out
