"""One load of a Heap table, its Avro files, as one Parquet file; in bounded memory, a pure function of the load."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from crosswalk.extract.heap_avro import AvroFile, BadAvroError
from crosswalk.extract.heap_columns import Column, columns_of, unified
from crosswalk.extract.heap_dumps import Load
from crosswalk.extract.heap_store import Store
from crosswalk.extract.landing import local_errors, writing
from crosswalk.output import safe

# Rows are written once they fill about this much memory, so that many small files make few row groups.
_ROW_GROUP_BYTES = 4 << 20
_Advance = Callable[[int, int], None]


class BadLoadError(Exception):
    """A file of the load cannot be used; the message names it and says why."""


@dataclass(frozen=True)
class Converted:
    """What a load became: its rows and its columns with their Parquet types."""

    rows: int
    columns: dict[str, str]


def convert(store: Store, load: Load, path: Path, advance: _Advance) -> Converted:
    """Write the rows of a load to `path`, synced; `advance` is told rows and bytes as they are done.

    Raises BadLoadError (nothing is left at `path`), UnavailableError where S3 breaks off again and again, LocalError.
    """
    what = f"{load.table} of dump {load.dump_id}"
    return store.persistently(what, lambda: _convert(store, load, path, advance))


def _convert(store: Store, load: Load, path: Path, advance: _Advance) -> Converted:
    columns = unified([_columns(store, load, item.path) for item in load.items])
    schema = pa.schema([(column.name, column.type()) for column in columns])
    with writing(path) as file, _writer(file, schema) as writer:
        rows = 0
        pending: list[Any] = []
        for item in load.items:
            for table in _tables(store, load, item.path, columns, schema):
                rows += table.num_rows
                pending.append(table)
                advance(table.num_rows, 0)
                if sum(one.nbytes for one in pending) >= _ROW_GROUP_BYTES:
                    _write(writer, pending, path)
                    pending = []
            advance(0, item.size)
        _write(writer, pending, path)
    return Converted(rows, {column.name: str(column.type()) for column in columns})


def _writer(file: IO[bytes], schema: Any) -> Any:
    return pq.ParquetWriter(file, schema, compression="zstd", store_schema=False)


def _write(writer: Any, tables: list[Any], path: Path) -> None:
    if tables:
        with local_errors(path):
            table = pa.concat_tables(tables)
            writer.write_table(table, row_group_size=max(1, table.num_rows))


def _columns(store: Store, load: Load, path: str) -> list[Column]:
    with store.open(path) as file:
        try:
            columns = columns_of(AvroFile(file).schema)
        except BadAvroError as error:
            raise _bad(load, path, error) from error
    if columns is None:
        raise _bad(load, path, "its schema is no table's")
    return columns


def _tables(store: Store, load: Load, path: str, columns: list[Column], schema: Any) -> Iterable[Any]:
    with store.open(path) as file:
        try:
            for records in AvroFile(file).groups():
                arrays = [column.array([record.get(column.name) for record in records]) for column in columns]
                yield pa.Table.from_arrays(arrays, schema=schema)
        except BadAvroError as error:
            raise _bad(load, path, error) from error
        except (pa.ArrowException, ValueError, OverflowError) as error:
            raise _bad(load, path, f"a value does not fit its column ({type(error).__name__})") from error


def _bad(load: Load, path: str, why: object) -> BadLoadError:
    return BadLoadError(f"{safe(path)}: the file cannot be read: {why}")


def rows_of(path: Path) -> int | None:
    """How many rows a Parquet file says it has, or None where it is not there or not whole."""
    try:
        rows: int = pq.read_metadata(path).num_rows
    except (OSError, pa.ArrowException):
        return None
    return rows


def without_rows(source: Path, target: Path, dropped: Sequence[int]) -> int:
    """Write `source` again without the rows at the positions `dropped`, which ascend; returns the rows that are left."""
    left = offset = 0
    with pq.ParquetFile(source) as file, writing(target) as out, _writer(out, file.schema_arrow) as writer:
        for number in range(file.num_row_groups):
            table = file.read_row_group(number)
            first, last = bisect_left(dropped, offset), bisect_left(dropped, offset + table.num_rows)
            keep = bytearray(b"\x01") * table.num_rows
            for place in dropped[first:last]:
                keep[place - offset] = 0
            offset += table.num_rows
            kept = table.filter(pa.array([byte == 1 for byte in keep], pa.bool_()))
            left += kept.num_rows
            if kept.num_rows:
                _write(writer, [kept], target)
    return left
