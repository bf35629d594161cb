"""Exporting the payloads to a folder: order, size, manifest, what is left out, and doing it again."""

import gzip
import hashlib
import json
import re
import signal
import stat
from pathlib import Path
from typing import Any

import duckdb
import pytest
from crosswalk.export.folder import FolderStore
from crosswalk.export.parts import Part
from crosswalk.push.lock import Lock

from cli.support import (
    Project,
    Record,
    Result,
    mixpanel_event,
    mixpanel_group,
    mixpanel_profile,
    padded,
    posthog_event,
    record_uuid,
)


def records(number: int = 60, days: int = 3) -> list[Record]:
    """Events of several days over two buckets, so that send order is not the order of time, and an identify."""
    events = [posthog_event(one, day=one % days * 200, bucket=one % 2) for one in range(number)]
    return [*events, posthog_event(5000, kind="identify")]


def run_export(project: Project, dest: Path, *flags: str, content: str = "posthog") -> Result:
    return project.run("export", "--content", content, "--dest", str(dest), "--json", *flags)


def exported(project: Project, dest: Path, *flags: str, content: str = "posthog") -> None:
    """An export in which nothing goes wrong."""
    result = run_export(project, dest, *flags, content=content)
    assert result.code == 0, result.err


def parts(dest: Path) -> dict[str, bytes]:
    """Every file under the folder, hidden ones too, in the order of the names."""
    files = sorted(path for path in dest.rglob("*") if path.is_file())
    return {path.relative_to(dest).as_posix(): path.read_bytes() for path in files}


def lines(dest: Path) -> list[dict[str, Any]]:
    """The records of a folder as a loader reads them: file by file in the order of the names."""
    texts = [gzip.decompress(data) if name.endswith(".gz") else data for name, data in parts(dest).items()]
    return [json.loads(line) for text in texts for line in text.splitlines()]


def manifest(dest: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(dest.with_name(f"{dest.name}.manifest.json").read_text())
    return found


@pytest.fixture
def dest(tmp_path: Path) -> Path:
    return tmp_path / "history"


def test_lines_are_in_the_order_of_time_over_all_parts(project: Project, dest: Path) -> None:
    sent = records()
    project.build(posthog=sent)
    result = run_export(project, dest, "--part-size", "2kB")
    assert result.code == 0, result.err
    found = lines(dest)
    times = [one["timestamp"] for one in found]
    assert times == sorted(times)
    assert {json.dumps(one) for one in found} == {json.dumps(json.loads(one.payload)) for one in sent}
    assert {name[:4] for name in parts(dest)} == {"2025", "2026"}, "years sort as text"


def test_merges_come_before_events_of_the_same_moment(project: Project, dest: Path) -> None:
    kinds = ("person_update", "event", "group_identify", "identify")
    same = [posthog_event(1, kind=kind, uuid=record_uuid(n), event=kind) for n, kind in enumerate(kinds)]
    project.build(posthog=[Record(one.kind, record_uuid(n), *_rest(one, n)) for n, one in enumerate(same)])
    exported(project, dest)
    assert [one["event"] for one in lines(dest)] == ["identify", "group_identify", "event", "person_update"]


def _rest(record: Record, bucket: int) -> tuple[Any, ...]:
    return record.distinct_id, record.event_at, record.payload, bucket


def test_every_line_is_what_posthog_takes(project: Project, dest: Path) -> None:
    project.build(posthog=records())
    exported(project, dest)
    found = lines(dest)
    for one in found:
        assert one["event"] and isinstance(one["event"], str)
        assert 1 <= len(one["distinct_id"].encode()) <= 200
        assert isinstance(one["properties"], dict)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", one["timestamp"])
    assert len({one["uuid"] for one in found}) == len(found)


def test_parts_are_bounded_and_a_day_each(project: Project, dest: Path) -> None:
    big = padded(posthog_event(900), 5000)
    project.build(posthog=[*records(), big])
    exported(project, dest, "--part-size", "2kB")
    found = parts(dest)
    assert len(found) > 6
    for name, data in found.items():
        assert len(data) <= 2000 or data.count(b"\n") == 1, name
        assert data.endswith(b"\n")
        assert {json.loads(line)["timestamp"][:10] for line in data.splitlines()} == {name[:10]}
    first_day = [name for name in found if name.startswith("2025-03-01")]
    assert first_day == [f"2025-03-01_{number:06}.jsonl" for number in range(1, len(first_day) + 1)]


def test_gzip_is_the_same_bytes_each_time(project: Project, dest: Path) -> None:
    project.build(posthog=records())
    again = dest.with_name("again")
    plain = dest.with_name("plain")
    for folder in (dest, again):
        assert run_export(project, folder, "--gzip").code == 0
    exported(project, plain)
    assert parts(dest) == parts(again)
    assert all(name.endswith(".jsonl.gz") and data[4:8] == bytes(4) for name, data in parts(dest).items())
    assert lines(dest) == lines(plain)
    assert manifest(dest) == manifest(again)


def test_manifest_stands_beside_and_tells_the_truth(project: Project, dest: Path) -> None:
    project.build(posthog=records())
    report = run_export(project, dest, "--gzip", "--part-size", "3kB").report()
    found, said = parts(dest), manifest(dest)
    assert report["manifest"] == str(dest.with_name("history.manifest.json"))
    assert said["complete"] is True
    assert [part["name"] for part in said["parts"]] == list(found)
    for part in said["parts"]:
        data = found[part["name"]]
        assert part["bytes"] == len(data)
        assert part["sha256"] == hashlib.sha256(data).hexdigest()
        assert part["lines"] == gzip.decompress(data).count(b"\n")
        assert part["unpacked_bytes"] == len(gzip.decompress(data))
    assert (said["lines"], said["bytes"]) == (61, sum(len(data) for data in found.values()))
    assert dest.with_name("history.manifest.json").read_text().count("\n") > len(found), "a line a part"


def test_files_are_private(project: Project, dest: Path) -> None:
    project.build(
        posthog=records(), violations=[("posthog", record_uuid(3), "record_bytes", 1, 2, "rejected")]
    )
    letters = Path(str(run_export(project, dest).report()["dead_letters"]))
    files = [letters, dest.with_name("history.manifest.json"), *dest.iterdir()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE(dest.stat().st_mode) == 0o700


def test_records_over_a_limit_are_left_out_and_kept(project: Project, dest: Path) -> None:
    limits = [
        ("posthog", record_uuid(3), "event_name_bytes", 200, 300, "rejected"),
        ("posthog", record_uuid(3), "record_bytes", 1000, 2000, "rejected"),
        ("posthog", record_uuid(4), "hours_ahead", 23, 30, "warning"),
        ("mixpanel", record_uuid(5), "record_bytes", 1000, 2000, "rejected"),
    ]
    project.build(posthog=records(), violations=limits)
    result = run_export(project, dest)
    assert result.code == 7
    report = result.report()
    assert report["left_out"] == manifest(dest)["left_out"] == {"event_name_bytes, record_bytes": 1}
    letters = [json.loads(line) for line in Path(report["dead_letters"]).read_text().splitlines()]
    assert [(one["record_id"], one["status"]) for one in letters] == [(record_uuid(3), 0)]
    assert json.loads(letters[0]["payload"])["uuid"] == record_uuid(3)
    uuids = {one["uuid"] for one in lines(dest)}
    assert len(uuids) == 60
    assert record_uuid(3) not in uuids and {record_uuid(4), record_uuid(5)} <= uuids


def test_a_uuid_stands_once(project: Project, dest: Path) -> None:
    twin = posthog_event(6, day=9, event="twin")
    project.build(posthog=[*records(), Record(twin.kind, record_uuid(6), *_rest(twin, 0))])
    result = run_export(project, dest)
    assert result.code == 7
    assert result.report()["left_out"] == {"repeated_uuid": 1}
    found = [one for one in lines(dest) if one["uuid"] == record_uuid(6)]
    assert [one["event"] for one in found] == ["song_played"], "the first by send order, as push does"


def test_line_breaks_inside_of_a_payload_do_not_cut_it(project: Project, dest: Path) -> None:
    event = posthog_event(1)
    broken = event.payload.replace('{"step"', '{\n"step"')
    project.build(
        posthog=[
            Record(event.kind, event.record_id, event.distinct_id, event.event_at, broken),
            posthog_event(2),
        ]
    )
    exported(project, dest)
    assert len(lines(dest)) == 2


def test_mixpanel_has_a_folder_for_each_endpoint(project: Project, dest: Path) -> None:
    sent = [mixpanel_event(one, day=one % 2) for one in range(20)]
    sent += [mixpanel_profile(1), mixpanel_profile(2), mixpanel_group(1)]
    project.build(mixpanel=sent)
    result = run_export(project, dest, content="mixpanel")
    assert result.code == 0, result.err
    names = list(parts(dest))
    assert names == [
        "engage/2025-03-01_000001.jsonl",
        "groups/2025-03-01_000001.jsonl",
        "import/2025-03-01_000001.jsonl",
        "import/2025-03-02_000001.jsonl",
    ]
    assert len(lines(dest / "import")) == 20
    assert [one["$distinct_id"] for one in lines(dest / "engage")] == ["user-1", "user-2"]
    assert b"$token" not in b"".join(parts(dest).values())


def test_a_second_run_writes_nothing(project: Project, dest: Path) -> None:
    project.build(posthog=records())
    exported(project, dest)
    before = {path: path.stat().st_ino for path in dest.iterdir()}
    text = dest.with_name("history.manifest.json").read_bytes()
    result = run_export(project, dest)
    assert result.code == 0
    assert (result.report()["parts_written"], result.report()["parts_kept"]) == (0, 3)
    assert {path: path.stat().st_ino for path in dest.iterdir()} == before
    assert dest.with_name("history.manifest.json").read_bytes() == text


def test_what_is_missing_or_damaged_is_written_again(project: Project, dest: Path) -> None:
    project.build(posthog=records())
    exported(project, dest)
    whole = parts(dest)
    first, second, _ = sorted(dest.iterdir())
    first.unlink()
    data = second.read_bytes()
    second.write_bytes(data[:50] + b"X" + data[51:])
    report = run_export(project, dest).report()
    assert (report["parts_written"], report["parts_kept"]) == (2, 1)
    assert parts(dest) == whole


@pytest.mark.parametrize("flags", [("--gzip",), ("--part-size", "2kB"), ()])
def test_an_export_of_other_data_or_settings_is_not_mixed_in(
    project: Project, dest: Path, flags: tuple[str, ...]
) -> None:
    project.build(posthog=records())
    exported(project, dest)
    before, said = parts(dest), manifest(dest)
    if not flags:
        project.build(posthog=records(59))
    result = run_export(project, dest, *flags)
    assert result.code == 2
    assert "earlier export" in result.err and str(dest) in result.err and "delete" in result.err
    assert parts(dest) == before and manifest(dest) == said


def test_strange_files_are_refused(project: Project, dest: Path) -> None:
    project.build(posthog=records())
    dest.mkdir()
    (dest / "notes.txt").write_text("mine")
    result = run_export(project, dest)
    assert result.code == 2
    assert "notes.txt" in result.err
    assert list(parts(dest)) == ["notes.txt"]


def test_a_stranger_with_the_name_of_a_part_is_refused(project: Project, dest: Path) -> None:
    project.build(posthog=records())
    exported(project, dest)
    (dest / "2019-01-01_000001.jsonl").write_text("{}\n")
    assert run_export(project, dest).code == 2
    assert project.run("export", "--check", "--dest", str(dest)).code == 4


def test_parts_without_a_manifest_are_refused(project: Project, dest: Path) -> None:
    project.build(posthog=records())
    exported(project, dest)
    dest.with_name("history.manifest.json").unlink()
    result = run_export(project, dest)
    assert result.code == 2
    assert "without a manifest" in result.err


def test_an_emptied_folder_can_be_used_again(project: Project, dest: Path) -> None:
    project.build(posthog=records())
    exported(project, dest)
    for path in dest.iterdir():
        path.unlink()
    project.build(posthog=records(10, 1))
    assert run_export(project, dest).code == 0
    assert len(lines(dest)) == 11


def test_nothing_to_export_is_an_empty_export(project: Project, dest: Path) -> None:
    project.build()
    result = run_export(project, dest)
    assert result.code == 0
    assert parts(dest) == {} and manifest(dest)["parts"] == []


def test_leftovers_of_a_killed_run_are_removed(project: Project, dest: Path) -> None:
    project.build(posthog=records())
    dest.mkdir()
    (dest / ".2025-03-01_000001.jsonl.tmp").write_text("half")
    scratch = project.state / "tmp"
    assert run_export(project, dest).code == 0
    assert not any(name.startswith(".") for name in parts(dest))
    assert list(scratch.glob("export-*")) == []


def test_check(project: Project, dest: Path) -> None:
    project.build(posthog=records())
    exported(project, dest)
    check = ("export", "--check", "--json", "--dest", str(dest))
    assert project.run(*check).code == 0
    first, second, third = sorted(dest.iterdir())
    first.unlink()
    data = second.read_bytes()
    second.write_bytes(data[:-9] + b"X" + data[-8:])
    third.write_bytes(third.read_bytes() + b"{}\n")
    result = project.run(*check)
    assert result.code == 4
    assert set(result.report()["faults"]) == {path.name for path in (first, second, third)}
    assert result.report()["faults"][second.name] == "has other bytes than the manifest says"


def test_check_wants_a_complete_export(project: Project, dest: Path) -> None:
    assert project.run("export", "--check", "--dest", str(dest)).code == 2
    project.build(posthog=records())
    exported(project, dest)
    path = dest.with_name("history.manifest.json")
    path.write_text(path.read_text().replace('"complete": true', '"complete": false'))
    result = project.run("export", "--check", "--dest", str(dest))
    assert result.code == 2
    assert "crosswalk export --content posthog" in result.err


def test_text_report(project: Project, dest: Path) -> None:
    project.build(posthog=records())
    result = project.run("export", "--content", "posthog", "--dest", str(dest))
    assert "61 lines" in result.out and "3 parts" in result.out
    assert "history.manifest.json" in result.out


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--dest", "x"), "--content posthog|"),
        (("--content", "heap", "--dest", "x"), "invalid choice"),
        (("--content", "posthog"), "--dest"),
        (("--content", "posthog", "--dest", "gs://bucket/x"), "s3://bucket/prefix"),
        (("--content", "posthog", "--dest", "s3://bucket"), "names no prefix"),
        (("--content", "posthog", "--dest", "x", "--part-size", "10"), "10"),
        (("--content", "posthog", "--dest", "x", "--part-size", "many"), "many"),
        (("--content", "posthog", "--dest", "/"), "a folder of its own"),
    ],
)
def test_usage_is_checked(project: Project, flags: tuple[str, ...], said: str) -> None:
    project.build(posthog=records(2, 1))
    result = project.run("export", *flags)
    assert result.code == 2
    assert said in result.err
    assert "Traceback" not in result.err


def test_a_dest_that_is_a_file(project: Project, dest: Path) -> None:
    project.build()
    dest.write_text("")
    assert run_export(project, dest).code == 2


def test_without_a_warehouse(project: Project, dest: Path) -> None:
    result = run_export(project, dest)
    assert result.code == 6
    assert "dbt build" in result.err
    assert not dest.exists()


def test_raw_lines_that_were_not_built(project: Project, dest: Path) -> None:
    project.build()
    result = run_export(project, dest, content="amplitude-raw")
    assert result.code == 2
    assert "stg_amplitude__" in result.err


def test_one_export_at_a_time(project: Project, dest: Path) -> None:
    project.build(posthog=records())
    fingerprint = hashlib.sha256(f"export\n{dest}".encode()).hexdigest()
    project.state.mkdir()
    lock = Lock(project.state, f"export-{fingerprint}")
    try:
        result = run_export(project, dest)
    finally:
        lock.release()
    assert result.code == 11
    assert f"exporting to {dest} (process" in result.err
    assert "run the same command again" in result.err
    assert not dest.exists()


def test_a_day_that_comes_back_writes_over_nothing(project: Project, dest: Path) -> None:
    project.build(posthog=records())
    with duckdb.connect(str(project.warehouse)) as connection:
        connection.execute("update posthog_payloads set send_order = 1000 where send_order = 1")
    result = run_export(project, dest)
    assert result.code == 2
    assert "dbt build" in result.err


def test_an_export_is_not_taken_for_a_lost_ledger(connected: Project, dest: Path) -> None:
    connected.build(
        posthog=[*records(), padded(posthog_event(60), 2_000)],
        violations=[("posthog", record_uuid(60), "event_bytes", 1_000, 2_000, "rejected")],
    )
    assert run_export(connected, dest).code == 7
    assert connected.run("status").code == 0
    assert connected.run("doctor").code == 0
    report = connected.push("posthog").report()
    assert (report["accepted"], report["not_sent_over_limits"]) == (61, 1)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_and_run_again(
    project: Project, dest: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals, code: int
) -> None:
    project.build(posthog=records())
    publish = FolderStore.publish

    def interrupted(store: FolderStore, part: Part, path: Path) -> None:
        if part.name.startswith("2026"):
            signal.raise_signal(number)
        publish(store, part, path)

    with monkeypatch.context() as patched:
        patched.setattr(FolderStore, "publish", interrupted)
        result = run_export(project, dest)
    assert result.code == code
    assert "run the same command again" in result.err
    assert [name[:4] for name in parts(dest)] == ["2025", "2025"], "no half part is left"
    assert manifest(dest)["complete"] is False
    report = run_export(project, dest).report()
    assert (report["parts_written"], report["parts_kept"]) == (1, 2)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_while_the_warehouse_reads(
    project: Project, dest: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals, code: int
) -> None:
    """DuckDB answers a signal with an error of its own, which is no fault of ours."""
    project.build(posthog=records())

    def interrupted(*_: object) -> None:
        try:
            signal.raise_signal(number)
        except BaseException as error:
            raise RuntimeError("Query interrupted") from error

    monkeypatch.setattr("crosswalk.duckdb_warehouse.DuckDBWarehouse.content_hash", interrupted)
    result = run_export(project, dest)
    assert result.code == code
    assert "run the same command again" in result.err
