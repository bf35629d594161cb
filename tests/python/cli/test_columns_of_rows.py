"""Sending from DuckDB goes by columns and keeps hashes; other warehouses go row by row. Both send the same, and know the same."""

import contextlib
import datetime as dt
import hashlib
import itertools
import json
import os
import random
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from crosswalk import duckdb_file, kept_hashes
from crosswalk.adapter_warehouse import AdapterWarehouse
from crosswalk.duckdb_warehouse import DuckDBWarehouse
from crosswalk.errors import PlanError
from crosswalk.kept_hashes import KeptHashes
from crosswalk.limits import Limits, cut
from crosswalk.profile import read_target
from crosswalk.push.batches import Cutter
from crosswalk.push.known import ACCEPTED, CHANGED, NEW, Known
from crosswalk.push.selection import Selection
from crosswalk.record_batches import HASHES, payload_batch
from standin.server import Standin

from cli.support import Project, mixpanel_event, mixpanel_group, mixpanel_profile, padded, posthog_event

_MOMENT = dt.datetime(2025, 3, 1, 8)


def _records() -> list[Any]:
    events = [mixpanel_event(number, day=number % 3, bucket=number % 4) for number in range(700)]
    return [*events, *(mixpanel_profile(number) for number in range(5)), mixpanel_group(1)]


def _known(project: Project) -> list[Any]:
    """What the ledger holds, moments and run numbers apart."""
    with contextlib.closing(sqlite3.connect(project.state / "ledger.sqlite")) as ledger:
        return ledger.execute(
            "select day, bucket, endpoint, part, records, bytes, sha256, state, accepted, hashes, crc from batches "
            "order by day, bucket, endpoint, part"
        ).fetchall()


def _settle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the hashes of a file be kept, however new it is."""
    monkeypatch.setattr(kept_hashes, "_SETTLED", -60.0)
    monkeypatch.setattr(kept_hashes, "_SETTLED_COARSE", -60.0)


def _never_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on no hash may be worked out from a payload."""

    def refused(*given: str) -> str:
        raise AssertionError("the hashes are worked out again")

    monkeypatch.setattr("crosswalk.duckdb_warehouse._hashes", refused)


def _kept_rows(file: Path) -> pa.Table:
    with pa.OSFile(str(file)) as source, pa.ipc.open_stream(source) as reader:
        return reader.read_all()


def _rewrite(file: Path, rows: pa.Table) -> None:
    with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_stream(sink, rows.schema) as writer:
        writer.write_table(rows)


def _hash_rows(numbers: Iterable[int]) -> pa.RecordBatch:
    orders = list(numbers)
    return pa.RecordBatch.from_arrays([pa.array(orders, field.type) for field in HASHES], schema=HASHES)


def _keep(hashes: KeptHashes, stamp: kept_hashes.Stamp, number: int) -> None:
    with hashes.keeping() as keeping:
        keeping.add(_hash_rows(range(number)))
        hashes.finish(keeping, stamp)


@pytest.fixture
def sent(connected: Project, standin: Standin) -> Callable[[], tuple[list[Any], list[Any]]]:
    """Pushes into an empty state folder; gives what went out, and what the ledger then knows."""

    def pushed() -> tuple[list[Any], list[Any]]:
        before = len(standin.requests)
        assert connected.push("mixpanel").code == 0
        known = _known(connected)
        (connected.state / "ledger.sqlite").rename(connected.state / "other")
        for name in ("journals", "locks", "ledger.sqlite-wal", "ledger.sqlite-shm"):
            path = connected.state / name
            if path.exists():
                path.rename(connected.state / f"other {name} {before}")
        return sorted((one.path, one.body) for one in standin.requests[before:]), known

    return pushed


def test_columns_rows_and_kept_hashes_send_the_same(
    connected: Project, sent: Callable[[], tuple[list[Any], list[Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    connected.write_profile("type: duckdb", f"path: {connected.warehouse}", "schema: main")
    connected.build(mixpanel=_records())
    monkeypatch.setattr(kept_hashes, "_SETTLED", 1e9)
    worked_out = sent()
    assert not list((connected.state / "hashes").glob("*.json")), (
        "nothing is kept of a file that is still new"
    )
    with monkeypatch.context() as patched:
        _settle(patched)
        assert sent() == worked_out
        assert (connected.state / "hashes" / "mixpanel.json").exists()
        _never_again(patched)
        assert sent() == worked_out
    monkeypatch.setattr("crosswalk.warehouse.warehouse_of", lambda target, *given: AdapterWarehouse(target))
    assert sent() == worked_out
    assert len(worked_out[0]) >= 12


def test_hashes_are_worked_out_once(
    connected: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    _settle(monkeypatch)
    connected.build(mixpanel=_records())
    plan_id = connected.run("plan", "--to", "mixpanel", "--json").report()["plan_id"]
    for file in (connected.state / "hashes").iterdir():
        assert file.stat().st_mode & 0o777 == 0o600
    _never_again(monkeypatch)
    assert connected.push("mixpanel", "--plan", plan_id, "--limit", "100").code == 0
    assert connected.push("mixpanel", "--plan", plan_id).code == 0
    assert standin.counts()["mixpanel_events"] == 700
    assert connected.push("mixpanel").report()["already_accepted"] == len(_records())


def test_a_row_that_is_edited_is_seen(
    connected: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected.build(mixpanel=_records())
    with monkeypatch.context() as patched:
        _settle(patched)
        plan_id = connected.run("plan", "--to", "mixpanel", "--json").report()["plan_id"]
    with contextlib.closing(duckdb.connect(str(connected.warehouse))) as connection:
        connection.execute(
            "update mixpanel_payloads set payload = replace(payload, '}', ' }') where send_order = 5"
        )
    result = connected.push("mixpanel", "--plan", plan_id)
    assert (result.code, standin.requests) == (8, [])
    assert "some with other content" in result.err


def test_a_content_that_hides_its_change_has_another_stamp(tmp_path: Path) -> None:
    """Size and time of the content can be what they were; the time of the entry cannot."""
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(b"before")
    before, stamp = path.stat(), duckdb_file.DuckDBFile(path, tmp_path).stamp()
    end = time.monotonic() + 20
    while path.stat().st_ctime_ns == before.st_ctime_ns:
        assert time.monotonic() < end, "the clock of this file system stands still"
        path.write_bytes(b"behind")
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = path.stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert duckdb_file.DuckDBFile(path, tmp_path).stamp() != stamp


def test_a_log_that_goes_while_it_is_looked_at_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = duckdb_file.DuckDBFile(tmp_path / "warehouse.duckdb", tmp_path)
    file.path.write_bytes(b"content")
    monkeypatch.setattr(Path, "exists", lambda self: True)
    assert len(file.stamp()) == 1


@pytest.fixture
def swapped(project: Project, monkeypatch: pytest.MonkeyPatch) -> tuple[DuckDBWarehouse, Callable[[], None]]:
    """A warehouse that is read, and another file that takes its name: other payloads in the same places."""
    _settle(monkeypatch)
    monkeypatch.setattr("crosswalk.duckdb_warehouse._PIECE_BYTES", 2_000)
    project.build(mixpanel=[mixpanel_event(number) for number in range(700)])
    other = project.folder / "other.duckdb"
    shutil.copy(project.warehouse, other)
    with contextlib.closing(duckdb.connect(str(other))) as connection:
        connection.execute("update mixpanel_payloads set payload = replace(payload, 'Played', 'Paused')")

    def swap() -> None:
        other.replace(project.warehouse)

    return _warehouse(project), swap


def _warehouse(project: Project) -> DuckDBWarehouse:
    return DuckDBWarehouse(read_target(project.folder, None, None), project.folder, project.folder / "kept")


@pytest.mark.parametrize("stream", ["stream_hashes", "stream_payloads", "stream_texts"])
def test_a_file_that_takes_the_name_of_the_open_one_gets_none_of_its_hashes(
    project: Project, swapped: tuple[DuckDBWarehouse, Callable[[], None]], stream: str
) -> None:
    warehouse, swap = swapped
    with warehouse.held():
        swap()
        with contextlib.suppress(PlanError):
            list(getattr(warehouse, stream)("mixpanel"))
    fresh = DuckDBWarehouse(read_target(project.folder, None, None), project.folder)
    assert _warehouse(project).content_hash("mixpanel") == fresh.content_hash("mixpanel")


@pytest.mark.parametrize("stream", ["stream_hashes", "stream_payloads", "stream_texts"])
def test_a_file_that_takes_the_name_meanwhile_ends_the_reading(
    project: Project, swapped: tuple[DuckDBWarehouse, Callable[[], None]], stream: str
) -> None:
    warehouse, swap = swapped
    with warehouse.held():
        batches = getattr(warehouse, stream)("mixpanel")
        next(batches)
        swap()
        with pytest.raises(PlanError, match="was rebuilt"):
            list(batches)
    assert not list((project.folder / "kept").iterdir())


def test_a_file_that_takes_the_name_between_look_and_opening_is_not_read(
    swapped: tuple[DuckDBWarehouse, Callable[[], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse, swap = swapped
    real = duckdb.connect

    def swapping(*given: Any, **named: Any) -> Any:
        swap()
        return real(*given, **named)

    monkeypatch.setattr(duckdb, "connect", swapping)
    with pytest.raises(PlanError, match="was rebuilt"):
        warehouse.query("select 1 as n")
    assert not _is_open(warehouse.file.path)


def test_a_file_that_is_new_as_its_reading_begins_may_change_unseen(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two pieces the file is let go of, and the clock of the file system may not have ticked yet."""
    project.build(mixpanel=[mixpanel_event(number) for number in range(10)])
    monkeypatch.setattr(kept_hashes, "_SETTLED", 1e9)
    batches = _warehouse(project).stream_payloads("mixpanel")
    next(batches)
    _settle(monkeypatch)
    assert not list(batches)
    assert not (project.folder / "kept" / "mixpanel.json").exists()


def test_what_a_view_shows_is_hashed_each_time(
    connected: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    _settle(monkeypatch)
    connected.build(mixpanel=_records())
    with contextlib.closing(duckdb.connect(str(connected.warehouse))) as connection:
        connection.execute("alter table mixpanel_payloads rename to elsewhere")
        connection.execute("create view mixpanel_payloads as select * from elsewhere")
    assert connected.push("mixpanel").code == 0
    assert not (connected.state / "hashes").exists()


@pytest.mark.parametrize("damage", ["cut", "garbled", "gone", "other rows"])
def test_damaged_hashes_are_worked_out_anew(
    connected: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    _settle(monkeypatch)
    connected.build(mixpanel=_records())
    plan_id = connected.run("plan", "--to", "mixpanel", "--json").report()["plan_id"]
    file = connected.state / "hashes" / "mixpanel.arrow"
    content = file.read_bytes()
    if damage == "gone":
        file.unlink()
    elif damage == "cut":
        file.write_bytes(content[: len(content) // 2])
    elif damage == "garbled":
        middle = len(content) * 3 // 4
        file.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
    else:
        rows = _kept_rows(file)
        _rewrite(file, rows.set_column(0, "send_order", pa.compute.add(rows.column("send_order"), 1)))
        head = json.loads(file.with_suffix(".json").read_text())
        digest = hashlib.blake2b(file.read_bytes(), digest_size=16).hexdigest()
        file.with_suffix(".json").write_text(json.dumps(head | {"digest": digest}))
        first = connected.push("mixpanel", "--plan", plan_id)
        assert first.code == 8
        assert "run the same command again" in first.err
    assert connected.push("mixpanel", "--plan", plan_id).code == 0
    assert standin.counts()["mixpanel_events"] == 700
    assert connected.push("mixpanel").report()["already_accepted"] == len(_records())


def test_hashes_of_other_records_are_no_hashes(
    connected: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same hashes in another order, as of a build that gave the records other places."""
    _settle(monkeypatch)
    connected.build(mixpanel=_records())
    plan_id = connected.run("plan", "--to", "mixpanel", "--json").report()["plan_id"]
    file = connected.state / "hashes" / "mixpanel.arrow"
    rows = _kept_rows(file)
    back = rows.take(list(reversed(range(len(rows))))).set_column(0, "send_order", rows.column("send_order"))
    _rewrite(file, back)
    assert connected.push("mixpanel", "--plan", plan_id, "--limit", "100").code == 0
    for one in file.parent.iterdir():
        one.unlink()
    assert connected.push("mixpanel", "--plan", plan_id).code == 0
    assert standin.counts()["mixpanel_events"] == 700
    assert standin.counts()["mixpanel_events_raw"] == 700, "nothing went out twice"


def test_hashes_are_read_from_the_file_that_was_looked_at(tmp_path: Path) -> None:
    """Another run, of another target, may put its own in the place meanwhile."""
    stamp = ((1, 2, 3, 4),)
    _keep(KeptHashes(tmp_path, "mixpanel", "mine"), stamp, 10)
    found = KeptHashes(tmp_path, "mixpanel", "mine").found(stamp)
    _keep(KeptHashes(tmp_path, "mixpanel", "other"), stamp, 20)
    assert found is not None
    assert sum(len(batch) for batch in found.batches()) == 10
    assert KeptHashes(tmp_path, "mixpanel", "mine").found(stamp) is None


def test_hashes_of_an_older_version_are_not_looked_into(tmp_path: Path) -> None:
    hashes, stamp = KeptHashes(tmp_path, "mixpanel", "mine"), ((1, 2, 3, 4),)
    _keep(hashes, stamp, 10)
    _rewrite(tmp_path / "mixpanel.arrow", pa.table({"other": [1]}))
    assert hashes.found(stamp) is None


def test_a_full_disk_gets_its_room_back_at_once(tmp_path: Path) -> None:
    """The ledger is on the same disk, and the run goes on."""
    with KeptHashes(tmp_path, "mixpanel", "mine").keeping() as keeping:
        keeping.add(_hash_rows(range(10)))
        assert list(tmp_path.iterdir())

        class Full:
            def write(self, rows: Any) -> None:
                raise OSError(28, "No space left on device")

        keeping._writer = Full()
        keeping.add(_hash_rows(range(10, 20)))
        assert not list(tmp_path.iterdir())
        keeping.add(_hash_rows(range(20, 30)))


def test_a_disk_that_takes_no_hashes_stops_nothing(
    connected: Project, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    _settle(monkeypatch)
    connected.build(mixpanel=_records())

    class Full(kept_hashes.Keeping):
        def publish(self, head: Path, text: Callable[[str], str]) -> None:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(kept_hashes, "Keeping", Full)
    assert connected.push("mixpanel").code == 0
    assert list((connected.state / "hashes").iterdir()) == []


def test_the_file_is_let_go_of_while_nothing_is_read(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A vendor who keeps a push waiting keeps no `dbt build` waiting."""
    monkeypatch.setattr("crosswalk.duckdb_warehouse._PIECE_BYTES", 2_000)
    monkeypatch.setattr("crosswalk.duckdb_warehouse._BLOCK_ROWS", 8)
    openings = []
    real = duckdb_file.DuckDBFile._connect

    def counted(self: duckdb_file.DuckDBFile, memory: int) -> Any:
        openings.append(memory)
        return real(self, memory)

    monkeypatch.setattr(duckdb_file.DuckDBFile, "_connect", counted)
    project.build(posthog=[padded(posthog_event(number), 400) for number in range(100)])
    target = read_target(project.folder, None, None)
    warehouse = DuckDBWarehouse(target, project.folder)
    assert sum(len(batch) for batch in warehouse.stream_payloads("posthog")) == 100
    assert len(openings) <= 3, "twenty pieces, read one after another"
    stream = warehouse.stream_payloads("posthog")
    next(stream)
    assert _is_open(project.warehouse)
    end = time.monotonic() + 20
    while _is_open(project.warehouse):
        assert time.monotonic() < end, "the file is kept open"
        time.sleep(0.02)
    assert sum(len(batch) for batch in stream) > 0
    assert not _is_open(project.warehouse)


def _is_open(path: Path) -> bool:
    handles = Path("/proc/self/fd").iterdir()
    return any(os.path.realpath(one) == str(path.resolve()) for one in handles)


def test_batches_do_not_depend_on_how_rows_arrive() -> None:
    rng = random.Random(4)
    groups = [number // 90 for number in range(400)]
    sizes = [5 if group == 2 else rng.choice((5, 40, 900, 2_500)) for group in groups]
    rows = [
        (at, _MOMENT.date(), _MOMENT, group, "event", f"r{at}", "x" * (size - 1))
        for at, (size, group) in enumerate(zip(sizes, groups, strict=True), start=1)
    ]
    limits = Limits(25, 6_000)
    expected = [
        length
        for group in range(5)
        for length in cut((size for size, one in zip(sizes, groups, strict=True) if one == group), limits)
    ]
    for _ in range(8):
        edges = sorted({0, 400, *(rng.randrange(400) for _ in range(rng.randrange(12)))})
        stream = [payload_batch(rows[a:b], {}) for a, b in itertools.pairwise(edges)]
        found = list(Cutter("posthog", {"batch": limits}).batches(stream))
        assert [one.rows.num_rows for one in found] == expected
        assert [order for one in found for order in one.rows.column("send_order").to_pylist()] == [
            *range(1, 401)
        ]
        assert all(one.bytes == sum(map(len, one.rows.column("line").to_pylist())) for one in found)


@pytest.mark.parametrize("wanted", [{NEW}, {NEW, CHANGED}, {CHANGED}])
def test_rows_are_picked_by_their_state(wanted: set[int]) -> None:
    states = bytearray([ACCEPTED, ACCEPTED, CHANGED, NEW, ACCEPTED])
    rows = payload_batch([(at, _MOMENT.date(), _MOMENT, 0, "event", str(at), "{}") for at in range(1, 9)], {})
    selection = Selection(Known(states), wanted, None)
    found = [order for one in selection.rows([rows], lambda _: None) for order in one.column(0).to_pylist()]
    every = {at: states[at] if at < len(states) else NEW for at in range(1, 9)}
    assert found == [at for at, state in every.items() if state in wanted]
    left = [state for state in every.values() if state not in wanted]
    assert {state: left.count(state) for state in left} == {k: v for k, v in selection.skipped.items() if v}
