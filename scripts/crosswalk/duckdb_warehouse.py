"""Reading DuckDB: open, fetch, close, so that `dbt build` is kept waiting for moments only.

DuckDB lets one process write or many read. The file is therefore opened for each piece that is read, which takes about
a millisecond, and must not change between two pieces of one run.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from crosswalk.errors import ConfigError, LocalError, PlanError
from crosswalk.pieces import blocks_sql, pieces
from crosswalk.profile import Target
from crosswalk.warehouse import KIND_COLUMN, Warehouse

# What DuckDB may use, in bytes; beyond it, it works on the disk. It reads text by 2048 rows at a time, which must fit.
_MEMORY = 64_000_000
# Reading rows one after the other takes less than joining or sorting them, and more would only hold blocks it has read.
_MEMORY_READING = 32_000_000
_VECTOR_ROWS = 2048
_MEMORY_A_VECTOR_BYTE = 4
_PIECE_BYTES = 12_000_000
_BLOCK_ROWS = 512
_HASH_ROWS = 20_000


class DuckDBWarehouse(Warehouse):
    """The DuckDB file of a dbt target, read without ever writing to it."""

    def __init__(self, target: Target, scratch: Path) -> None:
        path = target.fields.get("path", "")
        if not path or path == ":memory:" or "://" in path or path.startswith("md:"):
            raise ConfigError(
                f"The target {target.name!r} has no `path` to a DuckDB file: give it one in profiles.yml."
            )
        self.path = (target.project_dir / path).resolve()
        self._schema = target.schema
        self._scratch = scratch
        self._stamp: tuple[tuple[int, int, int], ...] | None = None

    def relation(self, name: str) -> str:
        """`"schema"."name"`, quoted."""
        return ".".join('"' + part.replace('"', '""') + '"' for part in (self._schema, name))

    def query(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[dict[str, Any]]:
        """All rows as dictionaries. Raises ConfigError (missing relation), LocalError (file absent or busy)."""
        with self._open() as connection, _explained():
            cursor = connection.execute(sql, parameters)
            names = [column[0] for column in cursor.description or []]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def stream(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """See Warehouse.stream; the file is open while the caller iterates."""
        with self._open() as connection, _explained():
            cursor = connection.execute(sql)
            while rows := cursor.fetchmany(_VECTOR_ROWS):
                yield from rows

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """See Warehouse.held: opening the file takes some 60 ms, a second connection to it one."""
        with self._open():
            yield

    def stream_hashes(self, destination: str) -> Iterator[pa.RecordBatch]:
        """See Warehouse.stream_hashes; the file is open while the caller iterates."""
        sql = f"select send_order, {_hashes(destination)} from {self.payloads(destination)}"
        with self._open(self._memory(destination, _MEMORY_READING)) as connection, _explained():
            yield from connection.sql(sql).to_arrow_reader(_HASH_ROWS)

    def stream_payloads(
        self, destination: str, wanted: Callable[[int, int], bool] = lambda first, last: True
    ) -> Iterator[pa.RecordBatch]:
        """See Warehouse.stream_payloads; a piece is about 12 MB of payload, and nothing is held open between two."""
        any_refused = self._any_refused(destination)
        sql = self._payload_sql(destination, any_refused)
        memory = self._memory(destination, _MEMORY if any_refused else _MEMORY_READING)
        blocks = self.query(blocks_sql(self.payloads(destination), _BLOCK_ROWS))
        for piece in pieces(blocks, _PIECE_BYTES):
            if wanted(piece.first, piece.last):
                with self._open(memory) as connection, _explained():
                    between = {"first": piece.first, "last": piece.last}
                    found = _read(connection.sql(sql, params=between).to_arrow_reader(_VECTOR_ROWS))
                yield from _in_order(found).to_batches()
                del found

    def stream_raw_lines(self, source: str) -> Iterator[pa.RecordBatch]:
        """See Warehouse.stream_raw_lines; a piece is about 12 MB of lines."""
        lines = self.relation(f"stg_{source}__lines")
        blocks = self.query(
            f"""
            select min(rowid) as first_order, max(rowid) as last_order, count(*) as records,
                coalesce(sum(strlen(line)), 0) as bytes
            from {lines} group by rowid // {_BLOCK_ROWS} order by first_order
            """
        )
        sql = self._raw_sql(source)
        widest = max((int(block["bytes"] or 0) for block in blocks), default=0)
        memory = _MEMORY + _MEMORY_A_VECTOR_BYTE * widest * (_VECTOR_ROWS // _BLOCK_ROWS)
        for piece in pieces(blocks, _PIECE_BYTES):
            with self._open(memory) as connection, _explained():
                between = {"first": piece.first, "last": piece.last}
                found = _read(connection.sql(sql, params=between).to_arrow_reader(_VECTOR_ROWS))
            yield from found.to_batches()
            del found

    def _raw_sql(self, source: str) -> str:
        """One piece of the kept lines; where staging put a line together or took doubled keys out, its text stands."""
        text = f"stg_{source}__{'texts' if source == 'mixpanel' else 'deduplicated_keys'}"
        return f"""
            select kept.file, kept.event_at, kept.source_project, kept.event_key, coalesce(read.line, landed.line) as line
            from (
                select * from {self.relation(f"stg_{source}__rows")}
                where outcome = 'kept' and line_id between $first and $last
            ) as kept
            inner join (
                select rowid as line_id, line from {self.relation(f"stg_{source}__lines")}
                where rowid between $first and $last
            ) as landed on landed.line_id = kept.line_id
            left join (
                select line_id, line from {self.relation(text)} where line_id between $first and $last
            ) as read on read.line_id = kept.line_id
            order by kept.line_id
        """

    def _any_refused(self, destination: str) -> bool:
        return bool(self.query(f"select count(*) as n from ({self._refused_sql(destination)})")[0]["n"])

    def _refused_sql(self, destination: str) -> str:
        return f"""
            select record_id,
                string_agg(concat(limit_name, ' ', actual, ' (limit ', limit_value, ')'), '; ' order by limit_name) as refusal
            from {self.relation("audit_payload_violations")}
            where destination = '{destination}' and effect = 'rejected' group by record_id
        """

    def _payload_sql(self, destination: str, any_refused: bool) -> str:
        """One piece; the join with what the vendor would refuse only where there is something to join."""
        refused = self._refused_sql(destination)
        join = f"left join ({refused}) as r on r.record_id = p.record_id" if any_refused else ""
        return f"""
            select p.send_order, p.event_date, p.event_at, p.bucket, p.{KIND_COLUMN[destination]} as kind, p.record_id,
                concat(p.payload, ',') as line, {_hashes(destination, "p.")},
                {"r.refusal" if any_refused else "null::varchar"} as refusal
            from {self.payloads(destination)} as p {join}
            where p.send_order between $first and $last
        """

    def _memory(self, destination: str, least: int) -> int:
        """Bytes of memory that reading the payloads takes: much more than the least only where records are very large."""
        row = self.query(
            f"""
            select coalesce(max(bytes), 0)::bigint as bytes from (
                select sum(payload_bytes) as bytes from {self.payloads(destination)} group by send_order // {_VECTOR_ROWS}
            )
            """
        )[0]
        return least + _MEMORY_A_VECTOR_BYTE * int(row["bytes"])

    @contextlib.contextmanager
    def _open(self, memory: int = _MEMORY) -> Iterator[duckdb.DuckDBPyConnection]:
        if not self.path.is_file():
            raise LocalError(
                f"There is no warehouse file {self.path.name}: run `dbt build` first, then this command again."
            )
        self._check_unchanged()
        try:
            connection = duckdb.connect(
                str(self.path), read_only=True, config=engine_config(self._scratch, memory)
            )
        except duckdb.ConnectionException:
            # dbt ran in this process and keeps its connection: DuckDB then wants the same settings.
            connection = duckdb.connect(str(self.path))
        except duckdb.IOException as error:
            raise self._unreadable(error) from error
        try:
            yield connection
        finally:
            connection.close()

    def _check_unchanged(self) -> None:
        files = (self.path, self.path.with_name(self.path.name + ".wal"))
        found = [file.stat() for file in files if file.exists()]
        stamp = tuple((one.st_ino, one.st_size, one.st_mtime_ns) for one in found)
        if self._stamp is not None and stamp != self._stamp:
            raise PlanError(
                f"{self.path.name} was rebuilt while this command was reading it: run the same command again "
                "(what was sent is remembered)."
            )
        self._stamp = stamp

    def _unreadable(self, error: duckdb.IOException) -> LocalError:
        text = str(error)
        if "lock" not in text:
            return LocalError(
                f"{self.path.name} cannot be opened as a DuckDB file: run `dbt build` again to make it anew."
            )
        holder = text.partition("(PID ")[2].partition(")")[0]
        by = f" (process {holder})" if holder.isdigit() else ""
        return LocalError(
            f"{self.path.name} is in use by another program{by}: wait until `dbt build` is done, or close the "
            "program, then run the same command again."
        )


def engine_config(scratch: Path, memory: int = _MEMORY) -> dict[str, str | bool | int | float | list[str]]:
    """Settings of each DuckDB that the command opens: little memory, the rest on the disk."""
    return {"memory_limit": f"{memory}B", "threads": 2, "temp_directory": str(scratch)}


def _hashes(destination: str, prefix: str = "") -> str:
    kind = f"{prefix}{KIND_COLUMN[destination]}"
    return (
        f"md5_number_lower(concat({kind}, chr(10), {prefix}record_id)) as id_hash, "
        f"md5_number_lower({prefix}payload) as payload_hash"
    )


def _read(reader: pa.RecordBatchReader) -> pa.Table:
    """All rows, batch by batch: DuckDB's own table of a result takes the memory twice, and does not give it back."""
    return pa.Table.from_batches(list(reader), reader.schema)


def _in_order(piece: pa.Table) -> pa.Table:
    """The rows in send order: payloads are stored in it, so there is mostly nothing to do."""
    orders = piece.column("send_order").combine_chunks()
    if pc.all(pc.less(orders.slice(0, max(0, len(orders) - 1)), orders.slice(1))).as_py() is False:
        return piece.sort_by("send_order")
    return piece


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    """DuckDB's errors as sentences."""
    try:
        yield
    except duckdb.CatalogException as error:
        name = (
            str(error).partition('name "')[2].partition('"')[0]
            or str(error).partition("name ")[2].split(" ")[0]
        )
        raise ConfigError(
            f"The relation {name} is not in the warehouse: run `dbt build` first, then this command again."
        ) from error
    except duckdb.BinderException as error:
        raise ConfigError(
            f"The warehouse was built by another version ({error}): run `dbt build` again."
        ) from error
    except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
        raise LocalError(
            f"The warehouse could not be read: {error}. Free space and run the same command again."
        ) from error
