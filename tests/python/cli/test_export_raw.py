"""Exporting the landed lines for PostHog's own mapping: what it gets, in which order, and what is kept from it."""

import json
from pathlib import Path
from typing import Any

import duckdb
import harness
import pytest
from crosswalk.export.importer_rules import amplitude_fault, mixpanel_fault
from harness import Result as Built

from cli.support import Project, record_uuid
from cli.test_export import manifest, parts

AMPLITUDE = ("stg_amplitude__rows", "stg_amplitude__lines", "stg_amplitude__deduplicated_keys")
MIXPANEL = ("stg_mixpanel__rows", "stg_mixpanel__lines", "stg_mixpanel__texts")


def amplitude(number: int, at: str, **columns: Any) -> bytes:
    base = {
        "event_type": "Song Played",
        "event_time": at,
        "user_id": f"user-{number}",
        "device_id": "d",
        "uuid": record_uuid(number),
        "session_id": -1,
        "event_id": number,
        "event_properties": {"text": "ünïcode 🎈 \\"},
        "server_upload_time": "2024-03-09 00:00:00",
    }
    return json.dumps(base | columns, ensure_ascii=False, separators=(",", " : ")).encode()


GOOD = {
    "later": amplitude(1, "2024-03-02 09:00:00.000001"),
    "earlier": amplitude(2, "2024-03-01 23:59:59.999999"),
    "first": b"  " + amplitude(3, "2024-03-01 00:00:00"),
    "nulls": amplitude(4, "2024-03-05 12:00:00", user_id=None, event_properties=None, groups={"team": ["a"]}),
}
UPLOADED_AGAIN = amplitude(1, "2024-03-02 09:00:00.000001", server_upload_time="2024-03-10 00:00:00")
AMPLITUDE_LINES = [
    GOOD["later"],
    b'{"event_type":"cut off","event_ti',
    GOOD["earlier"],
    amplitude(1, "2024-03-02 09:00:00.000001", server_upload_time="2024-03-08 00:00:00"),
    amplitude(5, "2024-02-29 23:59:59"),
    amplitude(6, "2024-03-06 00:00:00"),
    amplitude(7, "nonsense"),
    amplitude(8, "2024-03-03 00:00:00", user_id=17),
    amplitude(9, "2024-03-03 00:00:00", groups={"team": "a"}),
    amplitude(10, "2024-03-03 00:00:00", session_id=None),
    GOOD["nulls"],
    b"",
    GOOD["first"],
    b'{"event_type":"twice","event_type":"kept","event_time":"2024-03-04 00:00:00","user_id":"u\\u0000","uuid":"'
    + record_uuid(11).encode()
    + b'"}',
]


def mixpanel(number: int, time: Any, **properties: Any) -> bytes:
    base = {"time": time, "distinct_id": f"user-{number}", "$insert_id": f"insert-{number}", "n": number}
    return json.dumps({"event": "Played", "properties": base | properties}).encode()


MIXPANEL_LINES = [
    mixpanel(2, 1_709_300_002),
    mixpanel(1, 1_709_300_001_500),
    mixpanel(3, 1_709_300_003, **{"$user_id": 4}),
    b'{"event": "halved", "properties": {"time": 1709300000, "distinct_id": "u",',
    b'"$insert_id": "h"}}',
    mixpanel(4, "2024-03-01 13:33:24"),
    b'{"$distinct_id": "user-1", "$properties": {"plan": "pro"}}',
    b"terminated early",
]


def landed(project: Project, built: Built, relations: tuple[str, ...]) -> None:
    """The staging relations of a build as the project's warehouse."""
    project.warehouse.unlink(missing_ok=True)
    for relation in relations:
        built.sql("select 1", relation)
    with duckdb.connect(str(project.warehouse)) as connection:
        for relation in relations:
            name = "stg_lines" if relation.endswith("__lines") else relation
            order = "order by rowid" if name == "stg_lines" else ""
            table = built._database.connection.sql(f'select * from "{relation}" {order}').to_arrow_table()
            connection.register("found", table)
            connection.execute(f'create table "{relation}" as select * from found')


@pytest.fixture(scope="module")
def amplitude_build() -> Built:
    window = {"start_at": "2024-03-01", "end_at": "2024-03-06", "as_of": "2024-04-01"}
    return harness.run([*AMPLITUDE_LINES, UPLOADED_AGAIN], window)


@pytest.fixture(scope="module")
def mixpanel_build() -> Built:
    return harness.run(MIXPANEL_LINES, {"as_of": "2026-01-01"}, tool="mixpanel")


@pytest.fixture
def dest(tmp_path: Path) -> Path:
    return tmp_path / "raw"


def test_amplitude_lines_as_staging_kept_them(project: Project, amplitude_build: Built, dest: Path) -> None:
    landed(project, amplitude_build, AMPLITUDE)
    result = project.run("export", "--content", "amplitude-raw", "--dest", str(dest), "--json")
    assert result.code == 7, result.err
    text = b"".join(parts(dest).values())
    mended = text.splitlines()[3]
    assert text.splitlines() == [GOOD["first"], GOOD["earlier"], UPLOADED_AGAIN, mended, GOOD["nulls"]]
    assert json.loads(mended)["event_type"] == "kept" and mended.count(b"event_type") == 1
    assert json.loads(mended)["user_id"] == "u\ufffd"
    assert [name[:10] for name in parts(dest)] == [f"2024-03-{day:02}" for day in (1, 2, 4, 5)]


def test_what_is_left_out_of_amplitude_lines_is_counted(
    project: Project, amplitude_build: Built, dest: Path
) -> None:
    landed(project, amplitude_build, AMPLITUDE)
    result = project.run("export", "--content", "amplitude-raw", "--dest", str(dest), "--json")
    assert manifest(dest)["left_out"] == {
        "duplicate: duplicate": 2,
        "filtered: outside_window": 2,
        "importer_type": 3,
        "malformed: malformed_json": 1,
        "quarantined: no_time": 1,
    }
    letters = [json.loads(line) for line in Path(result.report()["dead_letters"]).read_text().splitlines()]
    assert {(one["record_id"], one["vendor_text"]) for one in letters} == {
        (record_uuid(8), "user_id is no text"),
        (record_uuid(9), "groups is no lists of text"),
        (record_uuid(10), "session_id is no whole number"),
    }


def test_lines_of_the_same_moment_do_not_follow_the_order_of_the_files(
    project: Project, amplitude_build: Built, dest: Path
) -> None:
    landed(project, amplitude_build, AMPLITUDE)
    first = project.run("export", "--content", "amplitude-raw", "--dest", str(dest), "--gzip")
    other = dest.with_name("other")
    second = project.run("export", "--content", "amplitude-raw", "--dest", str(other), "--gzip")
    assert first.code == second.code == 7
    assert parts(dest) == parts(other)


def test_mixpanel_lines(project: Project, mixpanel_build: Built, dest: Path) -> None:
    landed(project, mixpanel_build, MIXPANEL)
    result = project.run("export", "--content", "mixpanel-raw", "--dest", str(dest), "--json")
    assert result.code == 7, result.err
    found = b"".join(parts(dest).values()).splitlines()
    assert [json.loads(line)["properties"]["$insert_id"] for line in found] == ["h", "insert-1", "insert-2"]
    assert found[1:] == [MIXPANEL_LINES[1], MIXPANEL_LINES[0]], "byte for byte"
    left_out = manifest(dest)["left_out"]
    assert left_out["importer_type"] == 2 and left_out["malformed: terminated_early"] == 1


@pytest.mark.parametrize(
    ("columns", "fault"),
    [
        ({}, None),
        ({"user_id": None, "groups": None, "user_properties": None, "location_lat": None}, None),
        ({"groups": {"team": ["a", "b"], "empty": []}}, None),
        ({"session_id": 2**63}, "session_id is no whole number"),
        ({"event_id": 1.5}, "event_id is no whole number"),
        ({"event_id": True}, "event_id is no whole number"),
        ({"device_id": 4}, "device_id is no text"),
        ({"user_properties": []}, "user_properties is no object"),
        ({"location_lat": "1"}, "location_lat is no number"),
        ({"groups": {"team": [1]}}, "groups is no lists of text"),
    ],
)
def test_which_amplitude_lines_the_importer_reads(columns: dict[str, Any], fault: str | None) -> None:
    assert amplitude_fault(amplitude(1, "2024-03-01 00:00:00", **columns).decode()) == fault


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (mixpanel(1, 5), None),
        (mixpanel(1, 5, distinct_id=None), None),
        (mixpanel(1, 5.5), "time is no whole number"),
        (mixpanel(1, 5, distinct_id=7), "distinct_id is no text"),
        (b'{"event": null, "properties": {}}', "event is no text"),
        (b'{"event": "x", "properties": []}', "properties is no object"),
        (b'{"event": "x", "properties": {}}', "time is missing"),
    ],
)
def test_which_mixpanel_lines_the_importer_reads(line: bytes, fault: str | None) -> None:
    assert mixpanel_fault(line.decode()) == fault
