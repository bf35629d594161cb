"""Payloads are read by one query for several pieces: nothing is lost or doubled where it ends early, or rows lie in disorder."""

import gzip
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from crosswalk import duckdb_reading
from crosswalk.duckdb_file import Lingering, batches_of
from crosswalk.duckdb_reading import Reading, runs
from crosswalk.duckdb_warehouse import DuckDBWarehouse
from crosswalk.errors import LocalError
from crosswalk.pieces import Piece
from crosswalk.profile import read_target
from crosswalk.push.rows import batch_digest, joined, packed_hashes, total_bytes
from crosswalk.push.vendor import packed

from cli.support import Project, padded, posthog_event

_RECORDS = 200


@pytest.fixture
def queries(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The ranges of send order that were asked for."""
    asked: list[tuple[int, int]] = []
    real = Reading._query

    def counted(self: Reading, file: Any, first: int, last: int) -> Any:
        asked.append((first, last))
        return real(self, file, first, last)

    monkeypatch.setattr(Reading, "_query", counted)
    return asked


@pytest.fixture
def warehouse(project: Project, monkeypatch: pytest.MonkeyPatch) -> DuckDBWarehouse:
    """200 records in 25 blocks of eight, of which two make a piece; Arrow batches of five cut through both."""
    monkeypatch.setattr("crosswalk.duckdb_warehouse._PIECE_BYTES", 9_000)
    monkeypatch.setattr("crosswalk.duckdb_warehouse._BLOCK_ROWS", 8)
    monkeypatch.setattr("crosswalk.duckdb_warehouse._ARROW_ROWS", 5)
    project.build(posthog=[padded(posthog_event(number), 400) for number in range(_RECORDS)])
    return DuckDBWarehouse(read_target(project.folder, None, None), project.folder)


def _orders(stream: Iterator[pa.RecordBatch]) -> list[int]:
    return [order for batch in stream for order in batch.column("send_order").to_pylist()]


def test_one_query_reads_several_pieces(warehouse: DuckDBWarehouse, queries: list[tuple[int, int]]) -> None:
    assert _orders(warehouse.stream_payloads("posthog")) == list(range(1, _RECORDS + 1))
    assert len(queries) == 2, "thirteen pieces, eight by one query"


def test_reading_goes_on_where_the_file_was_let_go_of(
    warehouse: DuckDBWarehouse, queries: list[tuple[int, int]], project: Project
) -> None:
    stream = warehouse.stream_payloads("posthog")
    found = []
    for _ in range(4):
        found += _orders(iter([next(stream)]))
        _wait_until_closed(project.warehouse)
    found += _orders(stream)
    assert found == list(range(1, _RECORDS + 1))
    assert len(queries) > 2


def test_a_file_that_is_held_is_read_on(warehouse: DuckDBWarehouse, queries: list[tuple[int, int]]) -> None:
    sql = warehouse._payload_sql("posthog", any_refused=False, with_hashes=True)
    pieces = [Piece(first, first + 19, 20, 1) for first in range(1, _RECORDS, 20)]
    with warehouse.held(), Lingering(warehouse.file, seconds=0.0) as file:
        for found in Reading(file, sql, 64_000_000, 5).run(pieces):
            assert found.num_rows == 20
            time.sleep(0.01)
        with file.open(64_000_000) as connection:
            assert connection.execute("select current_setting('threads')").fetchall() == [(2,)], "as it was"
    assert queries == [(1, _RECORDS)]


def test_what_one_holder_reads_goes_on_where_another_ends(warehouse: DuckDBWarehouse) -> None:
    first = warehouse.held()
    first.__enter__()
    with warehouse.held():
        stream = warehouse.stream_payloads("posthog")
        found = _orders(iter([next(stream)]))
        first.__exit__(None, None, None)
        found += _orders(stream)
    assert found == list(range(1, _RECORDS + 1))
    assert not warehouse.file.is_held()


def test_a_piece_without_rows_is_left_out(warehouse: DuckDBWarehouse) -> None:
    sql = warehouse._payload_sql("posthog", any_refused=False, with_hashes=True)
    pieces = [Piece(1, 20, 20, 1), Piece(_RECORDS + 1, _RECORDS + 20, 20, 1)]
    found = list(Reading(Lingering(warehouse.file, seconds=0.0), sql, 64_000_000, 5).run(pieces))
    assert [one.num_rows for one in found] == [20]


@pytest.mark.parametrize(
    "order", ["md5(record_id)", "send_order between 50 and 90, send_order", "-send_order"]
)
def test_rows_that_are_stored_in_disorder_come_in_order(
    warehouse: DuckDBWarehouse, project: Project, order: str
) -> None:
    before = _by_order(warehouse)
    with duckdb.connect(str(project.warehouse)) as connection:
        connection.execute(
            f"create or replace table posthog_payloads as from posthog_payloads order by {order}"
        )
    fresh = DuckDBWarehouse(read_target(project.folder, None, None), project.folder)
    assert _orders(fresh.stream_payloads("posthog")) == list(range(1, _RECORDS + 1))
    assert _by_order(fresh) == before


def _by_order(warehouse: DuckDBWarehouse) -> dict[int, tuple[str, int]]:
    return {
        row["send_order"]: (row["line"], row["payload_hash"])
        for batch in warehouse.stream_payloads("posthog")
        for row in batch.to_pylist()
    }


def test_only_wanted_pieces_are_read(warehouse: DuckDBWarehouse, queries: list[tuple[int, int]]) -> None:
    asked = []

    def wanted(first: int, last: int) -> bool:
        asked.append((first, last))
        return first < 40 or first > 150

    stream = warehouse.stream_payloads("posthog", wanted)
    first = next(stream)
    assert len(asked) <= duckdb_reading._RUN_PIECES
    read = [*_orders(iter([first])), *_orders(stream)]
    expected = [order for start, end in asked if start < 40 or start > 150 for order in range(start, end + 1)]
    assert read == expected
    assert not any(start < 140 and end > 60 for start, end in queries)


def test_runs_end_at_unwanted_pieces_and_after_eight() -> None:
    pieces = [Piece(number, number, 1, 1) for number in range(20)]
    found = [
        [piece.first for piece in run] for run in runs(pieces, lambda first, last: first not in (0, 3, 19))
    ]
    assert found == [[], [1, 2], [], list(range(4, 12)), list(range(12, 19)), []]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (
            "Out of Memory Error: failed to allocate\n\nPossible solutions:\n* many",
            r"failed to allocate\. Free space",
        ),
        ("Serialization Error: the block is not one\n", r"the block is not one\. Run `dbt build` again"),
    ],
)
def test_what_the_engine_says_while_rows_pass_is_one_sentence(said: str, sentence: str) -> None:
    def broken() -> Iterator[pa.RecordBatch]:
        yield pa.record_batch({"send_order": [1]})
        raise OSError(said)

    reader = pa.RecordBatchReader.from_batches(pa.schema([("send_order", pa.int64())]), broken())
    with pytest.raises(LocalError, match=sentence) as caught:
        list(batches_of(reader))
    assert "\n" not in str(caught.value)


def test_a_body_is_the_same_bytes_however_its_text_is_cut() -> None:
    lines = "".join(f'{{"number":{number},"square":{number * number}}},' for number in range(20_000)).encode()
    whole = packed(b"[", lines, b"]")
    for at in (1, 1_000, 131_071, 131_072, 200_001, len(lines) - 1):
        assert packed(b"[", lines[:at], memoryview(lines)[at:], b"]") == whole
    assert packed(b"[", *(lines[at : at + 997] for at in range(0, len(lines), 997)), b"]") == whole
    assert gzip.decompress(whole) == b"[" + lines + b"]"


def test_rows_of_several_pieces_are_one_text_and_one_row_of_hashes() -> None:
    lines = ['{"a":1},', '{"b":"é"},', '{"c":3},', '{"d":4},']
    whole = pa.record_batch(
        {
            "line": lines,
            "id_hash": pa.array([1, 2, 3, 4], pa.uint64()),
            "payload_hash": pa.array([5, 6, 7, 8], pa.uint64()),
        }
    )
    cut = pa.Table.from_batches([whole.slice(0, 1), whole.slice(1, 0), whole.slice(1, 2), whole.slice(3)])
    assert b"".join(joined(cut)) == "".join(lines)[:-1].encode() == b"".join(joined(whole))
    assert total_bytes(cut) == total_bytes(whole) == len("".join(lines).encode())
    assert packed_hashes(cut) == packed_hashes(whole) == packed_hashes(whole.slice(0, 3), whole.slice(3))
    assert joined(whole.slice(0, 0)) == []
    numbers = b"".join(number.to_bytes(8, "little") for number in range(1, 9))
    assert packed_hashes(whole) == numbers
    assert batch_digest(numbers) != batch_digest(numbers[:-1] + b"\x01")


def _wait_until_closed(path: Path) -> None:
    end = time.monotonic() + 20
    while any(_points_to(handle, path) for handle in Path("/proc/self/fd").iterdir()):
        assert time.monotonic() < end, "the file is kept open"
        time.sleep(0.02)


def _points_to(handle: Path, path: Path) -> bool:
    try:
        return handle.resolve() == path.resolve()
    except OSError:
        return False
