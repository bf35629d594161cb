"""Heap's dumps to files: merged in dump order, exact, with every row accounted for and no hole hidden."""

import datetime as dt
import gzip
import hashlib
import io
import json
import random
import shutil
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from crosswalk.extract.heap_avro import AvroFile, BadAvroError, _container_header, _zigzag

from cli.heap_dumps import (
    EVENTS,
    MIGRATIONS,
    USERS,
    Bucket,
    avro_bytes,
    event,
    nullable,
    schema_of,
    user,
)
from cli.support import Project, Result


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test here is about power cuts."""
    monkeypatch.setattr("os.fsync", lambda handle: None)


@pytest.fixture
def bucket(tmp_path: Path) -> Bucket:
    return Bucket(tmp_path / "dump")


def _extract(project: Project, dump: Path | str, *more: str) -> Result:
    return project.run("extract", "heap", str(dump), "--json", *more)


def _tables(result: Result) -> dict[str, dict[str, Any]]:
    return {one["table"]: one for one in result.report()["tables"]}


def _rows(project: Project, table: str) -> list[dict[str, Any]]:
    """The rows that staging would find for a table."""
    paths = sorted((project.folder / "data" / "heap").glob(f"**/{table}.parquet"))
    return [row for path in paths for row in pq.read_table(path).to_pylist()]


def _visible(project: Project) -> dict[str, str]:
    """What a glob for raw files finds, with digests."""
    folder = project.folder / "data" / "heap"
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for suffix in ("parquet", "jsonl.gz", "json", "csv", "ndjson")
        for path in folder.glob(f"**/*.{suffix}")
    }


def test_dump_order_full_loads_and_increments(project: Project, bucket: Bucket) -> None:
    """The table is its latest full load and the increments after it; a later dump's row wins."""
    bucket.add(9, "pageviews", EVENTS, [[event(1), event(2)]], incremental=False)
    bucket.add(10, "pageviews", EVENTS, [[event(3)], [event(4)]])
    bucket.add(
        11, "pageviews", EVENTS, [[event(number, path="/new") for number in (2, 3, 5)]], incremental=False
    )
    bucket.add(12, "pageviews", EVENTS, [[event(5, path="/newer"), event(6)]])
    bucket.add(12, "users", USERS, [[user(1, 12)]])
    bucket.add(9, "users", USERS, [[user(1), user(2)]])
    result = _extract(project, bucket.root)
    assert result.code == 0, result.err
    paths = {row["event_id"]: row["path"] for row in _rows(project, "pageviews")}
    assert paths == {
        "8800000000000002": "/new",
        "8800000000000003": "/new",
        "8800000000000005": "/newer",
        "8800000000000006": "/p/6",
    }
    assert {row["user_id"]: row["plan"] for row in _rows(project, "users")} == {
        "4815162342000001": "plan-12",
        "4815162342000002": "plan-0",
    }
    tables = _tables(result)
    assert (
        tables["pageviews"]["rows_read"],
        tables["pageviews"]["superseded"],
        tables["pageviews"]["rows"],
    ) == (
        5,
        1,
        4,
    )
    assert tables["pageviews"]["dumps"] == [11, 12]
    assert tables["pageviews"]["dumps_without_use"] == [9, 10]
    assert (tables["users"]["rows_read"], tables["users"]["superseded"]) == (3, 1)


def test_values_are_exact(project: Project, bucket: Bucket) -> None:
    schema = schema_of(
        user_id=nullable("long"),
        event_id=nullable("double"),
        session_id="string",
        time=nullable({"type": "long", "logicalType": "timestamp-micros"}),
        at_ms={"type": "long", "logicalType": "timestamp-millis"},
        day={"type": "int", "logicalType": "date"},
        clock={"type": "long", "logicalType": "time-micros"},
        big="long",
        ratio=nullable("double"),
        small="float",
        price={"type": "bytes", "logicalType": "decimal", "precision": 38, "scale": 10},
        mixed=["null", "string", "long", "boolean"],
        tags={"type": "array", "items": "string"},
        nested=nullable({"type": "record", "name": "n", "fields": [{"name": "x", "type": "long"}]}),
        colour={"type": "enum", "name": "e", "symbols": ["red", "blue"]},
        raw="bytes",
        nothing="null",
    )
    row = {
        "user_id": 2**63 - 1,
        "event_id": 4810060720600030.0,
        "session_id": "007",
        "time": dt.datetime(2024, 1, 3, 10, 0, 0, 123457, dt.UTC),
        "at_ms": dt.datetime(1969, 12, 31, 23, 59, 59, 999000, dt.UTC),
        "day": dt.date(2024, 2, 29),
        "clock": dt.time(10, 0, 0, 123457),
        "big": -(2**63),
        "ratio": 0.1 + 0.2,
        "small": 0.5,
        "price": Decimal("-1234567890123456789012345678.0123456789"),
        "mixed": 9007199254740993,
        "tags": ["a", "é🎈"],
        "nested": {"x": 1},
        "colour": "blue",
        "raw": b"\xff\x00",
        "nothing": None,
    }
    second = row | {"mixed": "text", "user_id": None, "time": None, "ratio": None, "nested": None}
    third = row | {"mixed": True}
    bucket.add(1, "odd", schema, [[row, second], [third]])
    assert _extract(project, bucket.root).code == 0
    found = _rows(project, "odd")
    assert [one["mixed"] for one in found] == ["9007199254740993", '"text"', "true"]
    assert [one["user_id"] for one in found] == ["9223372036854775807", None, "9223372036854775807"]
    first = found[0]
    assert first["event_id"] == "4810060720600030"
    assert first["session_id"] == "007"
    assert first["time"] == dt.datetime(2024, 1, 3, 10, 0, 0, 123457)
    assert first["at_ms"] == dt.datetime(1969, 12, 31, 23, 59, 59, 999000)
    assert first["day"] == dt.date(2024, 2, 29)
    assert first["clock"] == "10:00:00.123457"
    assert (first["big"], first["ratio"], first["small"]) == (-(2**63), 0.1 + 0.2, 0.5)
    assert first["price"] == Decimal("-1234567890123456789012345678.0123456789")
    assert (json.loads(first["tags"]), json.loads(first["nested"])) == (["a", "é🎈"], {"x": 1})
    assert (first["colour"], first["raw"], first["nothing"]) == ("blue", "/wA=", None)
    path = next((project.folder / "data" / "heap").glob("**/odd.parquet"))
    described = duckdb.connect().execute(f"describe select * from read_parquet('{path}')").fetchall()
    types = {row[0]: row[1] for row in described}
    assert (types["mixed"], types["time"], types["price"]) == ("JSON", "TIMESTAMP", "DECIMAL(38,10)")


def test_columns_that_come_go_and_change(project: Project, bucket: Bucket) -> None:
    """Within a dump the files of a table are brought together; between dumps each has its own columns."""
    first = schema_of(event_id="long", time="string", size="long", gone="string")
    second = schema_of(event_id="long", time="string", size="string", new="double")
    bucket.add(1, "resized", first, [[{"event_id": 1, "time": "a", "size": 2**60, "gone": "g"}]])
    manifest = bucket.manifests[1]["tables"].pop()
    bucket.add(1, "resized", second, [[], [{"event_id": 2, "time": "b", "size": "XL", "new": 0.5}]])
    bucket.manifests[1]["tables"][0]["files"] = [
        manifest["files"][0],
        bucket.manifests[1]["tables"][0]["files"][1],
    ]
    (bucket.root / "sync_1/resized/part-00000-4a06bab5-0ef3-4b21-b9af-e772fbb37b0e-c000.avro").write_bytes(
        avro_bytes(first, [{"event_id": 1, "time": "a", "size": 2**60, "gone": "g"}])
    )
    bucket.write_manifest(1)
    bucket.add(2, "resized", second, [[{"event_id": 1, "time": "a", "size": "S", "new": 1.5}]])
    result = _extract(project, bucket.root)
    assert result.code == 0, result.err
    rows = _rows(project, "resized")
    assert rows[0] == {"event_id": "2", "time": "b", "size": '"XL"', "gone": None, "new": 0.5}
    assert rows[1] == {"event_id": "1", "time": "a", "size": "S", "new": 1.5}
    assert _tables(result)["resized"]["superseded"] == 1


@pytest.mark.parametrize("codec", ["null", "deflate", "snappy", "zstandard"])
def test_codecs(project: Project, bucket: Bucket, codec: str) -> None:
    bucket.add(1, "pageviews", EVENTS, [[event(number) for number in range(1234)]], codec=codec)
    assert _extract(project, bucket.root).code == 0
    assert [row["event_id"] for row in _rows(project, "pageviews")] == [
        str(event(number)["event_id"]) for number in range(1234)
    ]


def _cut(data: bytes) -> bytes:
    return data[:-30]


def _between_blocks(data: bytes) -> bytes:
    """Only whole blocks are left, but the sync mark of the last is cut in two."""
    return data[:-8]


def _flipped(data: bytes) -> bytes:
    """A byte in the middle of a block: what is unpacked has another checksum."""
    changed = bytearray(data)
    changed[len(data) * 3 // 4] ^= 0x01
    return bytes(changed)


def _mark(data: bytes) -> bytes:
    """The sync mark behind the last block."""
    return data[:-1] + bytes([data[-1] ^ 1])


def _checksum(data: bytes) -> bytes:
    """The checksum of the last block alone."""
    changed = bytearray(data)
    changed[-17] ^= 0x01
    return bytes(changed)


@pytest.mark.parametrize(
    "damage",
    [
        _cut,
        _between_blocks,
        _flipped,
        _checksum,
        _mark,
        lambda data: b"",
        lambda data: b"PAR1" + data,
        lambda data: data + b"\x02",
    ],
)
def test_damaged_file_leaves_no_hidden_hole(
    project: Project, bucket: Bucket, damage: Callable[[bytes], bytes]
) -> None:
    """The table ends before the damaged dump, the other tables go on, and after a mend only the rest is converted."""
    bucket.add(1, "pageviews", EVENTS, [[event(number) for number in range(50)]], incremental=False)
    paths = bucket.add(2, "pageviews", EVENTS, [[event(60)], [event(number) for number in range(100, 500)]])
    bucket.add(3, "pageviews", EVENTS, [[event(600)]])
    bucket.add(3, "users", USERS, [[user(1)]])
    whole = paths[1].read_bytes()
    paths[1].write_bytes(damage(whole))
    result = _extract(project, bucket.root)
    assert result.code == 6
    tables = _tables(result)
    assert (tables["pageviews"]["rows"], tables["pageviews"]["complete"]) == (50, False)
    assert tables["users"]["complete"]
    assert len(_rows(project, "pageviews")) == 50
    fault = next(one for one in result.report()["faults"])
    assert fault.startswith(
        f"pageviews ends before dump 2, sync_2/pageviews/{paths[1].name}: the file cannot be read: "
    )
    paths[1].write_bytes(whole)
    mended = _extract(project, bucket.root)
    assert mended.code == 0
    assert len(_rows(project, "pageviews")) == 50 + 1 + 400 + 1


def test_block_of_records_without_bytes_is_no_block() -> None:
    """A few bytes that say a million records: they would be made of nothing."""
    schema = {"type": "record", "name": "t", "fields": [{"name": "x", "type": "null"}]}
    parts = [_container_header(schema), _zigzag(1_000_000), _zigzag(0), bytes(16)]
    with pytest.raises(BadAvroError, match="more records than it has bytes"):
        list(AvroFile(io.BytesIO(b"".join(parts))).groups())


def test_full_load_that_is_damaged_falls_back(project: Project, bucket: Bucket) -> None:
    bucket.add(1, "pageviews", EVENTS, [[event(1)]], incremental=False)
    bucket.add(2, "pageviews", EVENTS, [[event(2)]])
    [path] = bucket.add(3, "pageviews", EVENTS, [[event(1), event(2), event(3)]], incremental=False)
    path.write_bytes(_cut(path.read_bytes()))
    result = _extract(project, bucket.root)
    assert (result.code, len(_rows(project, "pageviews"))) == (6, 2)
    assert _tables(result)["pageviews"]["dumps"] == [1, 2]


def test_missing_file_and_missing_manifest(project: Project, bucket: Bucket) -> None:
    bucket.add(1, "pageviews", EVENTS, [[event(1)]])
    bucket.add(1, "users", USERS, [[user(1)]])
    [path] = bucket.add(2, "pageviews", EVENTS, [[event(2)]])
    path.unlink()
    bucket.add(3, "users", USERS, [[user(2)]])
    (bucket.root / "manifests" / "sync_3.json").unlink()
    result = _extract(project, bucket.root)
    assert result.code == 6
    faults = "\n".join(result.report()["faults"])
    assert "pageviews ends before dump 2, s3://heap-rs3-example/sync_2/pageviews/" in faults
    assert "named by the manifest and not there" in faults
    assert "users ends before dump 3, its manifest is not there" in faults
    assert (len(_rows(project, "pageviews")), len(_rows(project, "users"))) == (1, 1)


def test_files_that_no_manifest_names_are_said(project: Project, bucket: Bucket) -> None:
    [path] = bucket.add(1, "pageviews", EVENTS, [[event(1)]])
    (path.parent / "part-00007-stray.avro").write_bytes(path.read_bytes())
    (bucket.root / "stray.avro").write_bytes(path.read_bytes())
    result = _extract(project, bucket.root)
    assert result.code == 6
    assert sorted(result.report()["faults"]) == [
        "stray.avro: no manifest names it, and it is left out",
        "sync_1/pageviews/part-00007-stray.avro: no manifest names it, and it is left out",
    ]
    assert len(_rows(project, "pageviews")) == 1


@pytest.mark.parametrize("name", ["../evil", "a/b", "", "x\ny", "..", "é"])
def test_names_of_tables_lead_nowhere(project: Project, bucket: Bucket, name: str, tmp_path: Path) -> None:
    bucket.add(1, "users", USERS, [[user(1)]])
    bucket.manifests[1]["tables"].append(
        {"name": name, "files": ["s3://b/../../etc/passwd"], "incremental": True}
    )
    bucket.write_manifest(1)
    result = _extract(project, bucket.root)
    assert result.code == 6
    assert "is no name of a table" in result.report()["faults"][0]
    assert list(_visible(project)) == ["sync_1/users.parquet"]


def test_second_run_converts_nothing_and_a_new_dump_only_itself(
    project: Project, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crosswalk.extract.heap_parquet import convert as real

    converted: list[tuple[str, int]] = []

    def counted(store: Any, load: Any, *more: Any) -> Any:
        converted.append((load.table, load.dump_id))
        return real(store, load, *more)

    monkeypatch.setattr("crosswalk.extract.heap_table.convert", counted)
    bucket.add(1, "pageviews", EVENTS, [[event(number) for number in range(20)]], incremental=False)
    bucket.add(1, "users", USERS, [[user(1), user(2)]])
    assert _extract(project, bucket.root).code == 0
    before = _visible(project)
    converted.clear()
    assert _extract(project, bucket.root).code == 0
    assert (converted, _visible(project)) == ([], before)
    bucket.add(2, "users", USERS, [[user(2, 2), user(3, 2)]])
    result = _extract(project, bucket.root)
    assert converted == [("users", 2)]
    assert sorted((row["user_id"][-1], row["plan"]) for row in _rows(project, "users")) == [
        ("1", "plan-0"),
        ("2", "plan-2"),
        ("3", "plan-2"),
    ]
    assert (_tables(result)["users"]["rows_read"], _tables(result)["users"]["superseded"]) == (4, 1)
    grown = _visible(project)
    other = Project(project.folder.parent / "other")
    assert _extract(other, bucket.root).code == 0
    assert _visible(other) == grown
    (project.folder / "data/heap/sync_1/pageviews.parquet").write_bytes(b"PAR1")
    assert _extract(project, bucket.root).code == 0
    assert _visible(project) == grown


def test_dump_that_shrinks_gives_back_what_it_had_superseded(project: Project, bucket: Bucket) -> None:
    bucket.add(1, "users", USERS, [[user(1), user(2)]])
    [path] = bucket.add(2, "users", USERS, [[user(1, 2)]])
    assert _extract(project, bucket.root).code == 0
    path.write_bytes(avro_bytes(USERS, [user(2, 2)]))
    assert _extract(project, bucket.root).code == 0
    assert sorted(row["plan"] + row["user_id"][-1] for row in _rows(project, "users")) == [
        "plan-01",
        "plan-22",
    ]


def test_dumps_that_were_deleted_since_stay_part_of_the_table(project: Project, bucket: Bucket) -> None:
    bucket.add(1, "users", USERS, [[user(1), user(2)]], incremental=False)
    bucket.add(2, "users", USERS, [[user(1, 2)]])
    assert _extract(project, bucket.root).code == 0
    shutil.rmtree(bucket.root)
    bucket.add(3, "users", USERS, [[user(2, 3), user(3, 3)]])
    assert _extract(project, bucket.root).code == 0
    wanted = ["plan-21", "plan-32", "plan-33"]
    assert sorted(row["plan"] + row["user_id"][-1] for row in _rows(project, "users")) == wanted
    (project.folder / "data/heap/sync_2/users.parquet").unlink()
    bucket.add(4, "users", USERS, [[user(4, 4)]])
    result = _extract(project, bucket.root)
    assert result.code == 6
    assert "which is not in the dump any more" in result.report()["faults"][0]
    bucket.add(5, "users", USERS, [[user(5, 5)]], incremental=False)
    assert _extract(project, bucket.root).code == 0
    assert [row["plan"] for row in _rows(project, "users")] == ["plan-5"]


def test_rows_without_a_key_and_doubles_of_one_dump_stay(project: Project, bucket: Bucket) -> None:
    keyless = event(1, event_id=None)
    bucket.add(1, "clicks", EVENTS, [[keyless, event(2), event(2)]])
    bucket.add(2, "clicks", EVENTS, [[keyless, event(3), event(3)]])
    bucket.add(
        2, "user_migrations", MIGRATIONS, [[{"from_user_id": 2, "to_user_id": 3, "time": "2024-01-01"}]]
    )
    bucket.add(
        1, "user_migrations", MIGRATIONS, [[{"from_user_id": 2, "to_user_id": 1, "time": "2024-01-01"}]]
    )
    result = _extract(project, bucket.root)
    assert result.code == 0
    assert Counter(row["event_id"] for row in _rows(project, "clicks")) == {
        None: 2,
        "8800000000000002": 2,
        "8800000000000003": 2,
    }
    assert [row["to_user_id"] for row in _rows(project, "user_migrations")] == ["3"]


def test_dump_in_the_destination_is_refused(project: Project, tmp_path: Path) -> None:
    bucket = Bucket(project.folder / "data" / "heap" / "dump")
    bucket.add(1, "users", USERS, [[user(1)]])
    result = _extract(project, bucket.root)
    assert result.code == 2
    assert "lie in one another" in result.err


def test_no_dump_at_all(project: Project, tmp_path: Path) -> None:
    assert _extract(project, tmp_path / "none").code == 6
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "x.csv").write_text("a\n1\n")
    result = _extract(project, tmp_path / "empty")
    assert result.code == 2
    assert "heap_files" in result.err


def test_two_manifests_of_one_dump(project: Project, bucket: Bucket) -> None:
    bucket.add(1, "users", USERS, [[user(1)]])
    copy = bucket.root / "manifests" / "again.json"
    copy.write_text(json.dumps(bucket.manifests[1]))
    assert _extract(project, bucket.root).code == 0
    copy.write_text(json.dumps(bucket.manifests[1] | {"tables": []}))
    result = _extract(project, bucket.root)
    assert result.code == 2
    assert "they differ" in result.err


def test_text_report(project: Project, bucket: Bucket) -> None:
    [path] = bucket.add(1, "users", USERS, [[user(1)]])
    bucket.add(1, "pageviews", EVENTS, [[event(1)]])
    bucket.add(4, "pageviews", EVENTS, [[event(2)]])
    path.write_bytes(b"")
    result = project.run("extract", "heap", str(bucket.root))
    assert result.code == 6
    assert "1 to 4 (2)" in result.out
    assert "INCOMPLETE" in result.out
    assert "Missing: users ends before dump 1" in result.out
    assert "numbers are not there (the first: 2)" in result.out


def test_files_are_private(project: Project, bucket: Bucket) -> None:
    bucket.add(1, "users", USERS, [[user(1)]])
    assert _extract(project, bucket.root).code == 0
    folder = project.folder / "data" / "heap"
    modes = {oct(path.stat().st_mode & 0o777) for path in folder.rglob("*") if path.is_file()}
    assert modes == {"0o600"}
    assert {oct(path.stat().st_mode & 0o777) for path in folder.rglob("*") if path.is_dir()} == {"0o700"}


# --- the one-time JSON export


def test_json_export(project: Project, tmp_path: Path) -> None:
    """Lines stay as they are, double escapes and all; an array is taken apart; each record is one line."""
    root = tmp_path / "export"
    (root / "more").mkdir(parents=True)
    lines = (
        b'\xef\xbb\xbf{"user_id":1,"time":"2024-01-03 10:00:00"}\r\n\n{"blob":"{\\\\"a\\\\":1}"}\nnot json'
    )
    (root / "events.json").write_bytes(lines)
    array = b' [ {"id":"(2,1)","a":"x,[]{}\\"\\\\"} ,\n {"id":2,\n"b":[1,{"c":[]}]},7 ] \n'
    (root / "users.json.gz").write_bytes(gzip.compress(array))
    (root / "more" / "events.json").write_bytes(b'{"user_id":2}\n')
    (root / "readme.txt").write_text("hello")
    result = _extract(project, root)
    assert result.code == 0, result.err
    folder = project.folder / "data" / "heap"
    texts = {path.name: gzip.decompress(path.read_bytes()) for path in folder.glob("*.gz")}
    assert texts == {
        "events.jsonl.gz": lines[3:] + b"\n",
        "more_events.jsonl.gz": b'{"user_id":2}\n',
        "users.jsonl.gz": b'{"id":"(2,1)","a":"x,[]{}\\"\\\\"}\n{"id":2, "b":[1,{"c":[]}]}\n7\n',
    }
    assert {one["file"]: one["rows"] for one in result.report()["files"]} == {
        "events.jsonl.gz": 3,
        "more_events.jsonl.gz": 1,
        "users.jsonl.gz": 3,
    }
    assert result.report()["notes"] == ["readme.txt: no part of a JSON export by its name, left out"]
    before = _visible(project)
    again = _extract(project, root)
    assert (again.code, _visible(project)) == (0, before)
    assert [one["new"] for one in again.report()["files"]] == [False] * 3


def test_a_second_export_does_not_take_the_place_of_the_first(project: Project, tmp_path: Path) -> None:
    roots = [tmp_path / "march", tmp_path / "april"]
    for number, root in enumerate(roots):
        root.mkdir()
        (root / "events.json").write_bytes(b'{"user_id":%d}\n' % number)
        (root / "users.json").write_bytes(b'{"id":7}\n')
    assert _extract(project, roots[0]).code == 0
    before = _visible(project)
    result = _extract(project, roots[1])
    assert result.code == 6
    (fault,) = result.report()["faults"]
    assert fault.startswith("events.json: ") and str(roots[0]) in fault and "--dest" in fault
    assert _visible(project)["events.jsonl.gz"] == before["events.jsonl.gz"]
    (roots[0] / "events.json").write_bytes(b'{"user_id":0}\n{"user_id":8}\n')
    assert _extract(project, roots[0]).code == 0, "a file of the same dump that grew is taken anew"


def test_json_files_whose_names_fall_together_stay_apart(project: Project, tmp_path: Path) -> None:
    root = tmp_path / "export"
    (root / "more").mkdir(parents=True)
    names = ["events 1.json", "events_1.json", "Events.json", "events.json.gz", "more/a.json", "more_a.json"]
    names += ["事件.json", "イベント.ndjson", "_.json"]
    for number, name in enumerate(names):
        line = b'{"user_id":%d}\n' % number
        (root / name).write_bytes(gzip.compress(line) if name.endswith(".gz") else line)
    for _ in range(2):
        result = _extract(project, root)
        assert result.code == 0, result.err
        landed = list((project.folder / "data" / "heap").glob("[!.]*.jsonl.gz"))
        lines = [line for path in landed for line in gzip.decompress(path.read_bytes()).splitlines()]
        assert sorted(lines) == [b'{"user_id":%d}' % number for number in range(len(names))]


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 64])
def test_arrays_are_taken_apart_wherever_the_pieces_end(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr("crosswalk.extract.heap_json._CHUNK", chunk)
    chance = random.Random(7)
    texts = ['a"b', "\\", '\\"', "]", "},{", "é🎈", ""]
    records = [
        {"t": chance.choice(texts), "n": [chance.choice(texts), {"d": [number, {}]}]} for number in range(40)
    ]
    path = tmp_path / "events.json"
    path.write_text(json.dumps(records, indent=chance.choice([None, 1]), ensure_ascii=False))
    assert _extract(project, path).code == 0
    text = gzip.decompress((project.folder / "data/heap/events.jsonl.gz").read_bytes()).decode()
    assert [json.loads(line) for line in text.splitlines()] == records


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("events.json.gz", gzip.compress(b'{"a":1}\n' * 1000)[:-9]),
        ("events.json.gz", b"no gzip"),
        ("events.json", b'[{"a":1},{"a"'),
        ("events.json", b'[{"a":1}] [2]'),
    ],
)
def test_json_files_that_are_not_whole(project: Project, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / name).write_bytes(content)
    (tmp_path / "export" / "users.json").write_bytes(b'{"id":1}\n')
    result = _extract(project, tmp_path / "export")
    assert result.code == 6
    assert result.report()["faults"][0].startswith(f"{name}: the file cannot be read: ")
    assert list(_visible(project)) == ["users.jsonl.gz"]
