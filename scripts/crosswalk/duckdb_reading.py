"""Payloads out of DuckDB, piece by piece out of one query: a query for each piece reads vectors at its ends twice."""

import contextlib
from collections.abc import Callable, Iterable, Iterator

import duckdb
import pyarrow as pa

from crosswalk.duckdb_file import DuckDBFile, Lingering, batches_of, explained
from crosswalk.kept_hashes import is_ascending
from crosswalk.pieces import Piece

# Pieces that are read by one query; so many are asked for ahead.
_RUN_PIECES = 8
# What DuckDB reads ahead of the rows that are asked for, in bytes; lost where the file is let go of. It reads with one thread:
# a second one takes memory for vectors of its own, and a tenth more work.
_AHEAD_BYTES = 1_000_000


def runs(found: Iterable[Piece], wanted: Callable[[int, int], bool]) -> Iterator[list[Piece]]:
    """Wanted pieces that follow each other, some at a time; an empty list stands for a piece that is not wanted."""
    run: list[Piece] = []
    for piece in found:
        is_wanted = wanted(piece.first, piece.last)
        if is_wanted:
            run.append(piece)
        if run and (not is_wanted or len(run) == _RUN_PIECES):
            yield run
            run = []
        if not is_wanted:
            yield []
    if run:
        yield run


class Reading:
    """Reads runs of pieces. The query goes on from one piece to the next for as long as the file stays open.

    `sql` takes `$first` and `$last`, send orders with both ends included; `rows` is how many make an Arrow batch.
    """

    def __init__(self, file: Lingering, sql: str, memory: int, rows: int) -> None:
        self._file = file
        self._sql = sql
        self._memory = memory
        self._rows = rows
        self._is_stored_in_order = True
        self._reader: pa.RecordBatchReader | None = None
        self._rest: pa.RecordBatch | None = None
        self._opened = contextlib.ExitStack()

    def run(self, pieces: list[Piece]) -> Iterator[pa.Table]:
        """Each piece's rows in send order. Raises LocalError where they cannot be read."""
        for piece in pieces:
            with self._file.used(self._close) as file, explained():
                found = self._next(file, piece, pieces[-1].last)
                if piece is pieces[-1]:
                    self._close()
            if found.num_rows:
                yield found
            del found

    def _next(self, file: DuckDBFile, piece: Piece, last: int) -> pa.Table:
        """From the query that is under way, or by one of its own where the rows are not stored in send order."""
        if self._is_stored_in_order and piece.rows is not None:
            if self._reader is None:
                self._reader = self._query(file, piece.first, last).to_arrow_reader(self._rows)
                self._batches = batches_of(self._reader)
            found = self._taken(piece.rows)
            if _is_whole(found, piece):
                return found
            self._is_stored_in_order = False
        self._close()
        found = self._query(file, piece.first, piece.last).to_arrow_table()
        return found if is_ascending(found.column("send_order")) else found.sort_by("send_order")

    def _query(self, file: DuckDBFile, first: int, last: int) -> duckdb.DuckDBPyRelation:
        connection = self._opened.enter_context(file.open(self._memory))
        threads = connection.execute("select current_setting('threads')").fetchall()[0][0]
        connection.execute(f"set streaming_buffer_size = '{_AHEAD_BYTES}B'; set threads = 1")
        self._opened.callback(connection.execute, f"set threads = {threads}")
        return connection.sql(self._sql, params={"first": first, "last": last})

    def _taken(self, rows: int) -> pa.Table:
        """The next so many rows; fewer at the end."""
        assert self._reader is not None  # noqa: S101 - for the type checker
        taken: list[pa.RecordBatch] = []
        while rows:
            batch = self._rest if self._rest is not None else next(self._batches, None)
            if batch is None:
                break
            taken.append(batch.slice(0, rows))
            self._rest = batch.slice(rows) if batch.num_rows > rows else None
            rows -= taken[-1].num_rows
        return pa.Table.from_batches(taken, self._reader.schema)

    def _close(self) -> None:
        """A reader keeps the file open, so it goes before the file does; another query goes on behind it.

        Only called while the file is in use, or as it is let go of: never by two threads at once.
        """
        reader, self._reader, self._rest = self._reader, None, None
        if reader is not None:
            reader.close()
        self._opened.close()


def _is_whole(found: pa.Table, piece: Piece) -> bool:
    """Whether the rows are the piece's, in order: send orders are unique, so its ends and their number say so."""
    orders = found.column("send_order")
    return (
        len(orders) == piece.rows
        and orders[0].as_py() == piece.first
        and orders[-1].as_py() == piece.last
        and is_ascending(orders)
    )
