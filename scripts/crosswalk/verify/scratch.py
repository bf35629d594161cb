"""The scratch database of a verification: what was sent, what is there, both on the disk and not in memory.

Times are milliseconds since 1970 (UTC), days are whole days since 1970. `key` is what the destination tells records apart
by: Mixpanel's `$insert_id`, PostHog's `uuid`. `person` is the distinct id.
"""

import contextlib
import datetime as dt
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from crosswalk.duckdb_file import engine_config
from crosswalk.errors import LocalError
from crosswalk.files import private_folder
from crosswalk.output import whole_text

DAY_MS = 86_400_000
_MEMORY = 256_000_000
_BATCH_ROWS = 5_000
_TABLES = {
    "sent": [
        ("send_order", "bigint"), ("record_id", "varchar"), ("key", "varchar"), ("event", "varchar"), ("person", "varchar"),
        ("ms", "bigint"), ("bucket", "integer"), ("id_hash", "ubigint"), ("payload_hash", "ubigint"),
    ],
    "accepted": [("batch", "bigint"), ("id_hash", "ubigint"), ("payload_hash", "ubigint")],
    "unsure": [("id_hash", "ubigint")],
    "refused": [("id_hash", "ubigint"), ("payload_hash", "ubigint")],
    "batches": [("batch", "bigint"), ("name", "varchar")],
    "links": [("first", "varchar"), ("second", "varchar")],
    "found": [
        ("piece", "integer"), ("key", "varchar"), ("event", "varchar"), ("person", "varchar"), ("ms", "bigint"),
        ("copies", "bigint"),
    ],
    "fields": [("piece", "integer"), ("key", "varchar"), ("ingested", "bigint"), ("held", "varchar")],
    "cells": [
        ("day", "bigint"), ("event", "varchar"), ("records", "bigint"), ("people", "bigint"), ("seconds", "hugeint"),
        ("copies", "bigint"),
    ],
    "users": [("day", "bigint"), ("people", "bigint")],
    "hours": [("hour", "bigint"), ("records", "bigint")],
    "people": [("distinct_id", "varchar"), ("person", "varchar")],
    "same_person": [("found", "varchar"), ("sent", "varchar")],
}  # fmt: skip
_ARROW = {
    "bigint": pa.int64(), "integer": pa.int32(), "varchar": pa.string(), "ubigint": pa.uint64(),
    "hugeint": pa.decimal128(38, 0),
}  # fmt: skip


class Scratch:
    """Tables of one verification; `execute` runs SQL on them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        for name, columns in _TABLES.items():
            connection.execute(f"create table {name} ({', '.join(' '.join(column) for column in columns)})")

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Run one statement."""
        self._connection.execute(sql, parameters)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a small result."""
        return self._connection.execute(sql, parameters).fetchall()

    def one(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """The first cell of a result that has a row."""
        return self.rows(sql, parameters)[0][0]

    def stream(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a large result; other statements may run meanwhile."""
        cursor = self._connection.cursor()
        try:
            cursor.execute(sql)
            while rows := cursor.fetchmany(_BATCH_ROWS):
                yield from rows
        finally:
            cursor.close()

    def writer(self, table: str) -> "Writer":
        """Adds rows to a table, some thousands at a time; close it after the last."""
        return Writer(self._connection, table)


class Writer:
    """Rows of one table, as tuples in the order of its columns; a context manager."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, table: str) -> None:
        self._connection = connection
        self._table = table
        self._schema = pa.schema([(name, _ARROW[kind]) for name, kind in _TABLES[table]])
        self._rows: list[tuple[Any, ...]] = []

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        if error is None:
            self.flush()

    def add(self, *row: Any) -> None:
        """One more row."""
        self._rows.append(row)
        if len(self._rows) >= _BATCH_ROWS:
            self.flush()

    def flush(self) -> None:
        """Write what is held."""
        if not self._rows:
            return
        try:
            batch = self._batch(self._rows)
        except UnicodeEncodeError:
            batch = self._batch(
                [
                    tuple(whole_text(cell) if isinstance(cell, str) else cell for cell in row)
                    for row in self._rows
                ]
            )
        self._connection.register("incoming", batch)
        self._connection.execute(f"insert into {self._table} select * from incoming")
        self._connection.unregister("incoming")
        self._rows = []

    def _batch(self, rows: Sequence[tuple[Any, ...]]) -> pa.Table:
        columns = zip(*rows, strict=True)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, self._schema, strict=True)]
        return pa.Table.from_arrays(arrays, schema=self._schema)


@contextlib.contextmanager
def scratch(state_dir: Path) -> Iterator[Scratch]:
    """A scratch database in the state folder, gone afterwards. Raises LocalError where it does not fit on the disk."""
    home = private_folder(private_folder(state_dir) / "tmp")
    try:
        with tempfile.TemporaryDirectory(dir=home) as folder:
            connection = duckdb.connect(
                str(Path(folder) / "verify.duckdb"), config=engine_config(Path(folder), _MEMORY)
            )
            try:
                yield Scratch(connection)
            finally:
                connection.close()
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise LocalError(
            f"There is no room to compare what was sent with what is there ({error}): free space, or choose another "
            "--state-dir, and run the same command again."
        ) from error


def day_text(day: int) -> str:
    """A day since 1970 as ISO text."""
    return (dt.date(1970, 1, 1) + dt.timedelta(days=int(day))).isoformat()
