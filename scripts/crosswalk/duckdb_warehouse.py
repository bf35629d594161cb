"""Reading DuckDB: all in SQL and Arrow, piece by piece, so that a relation of any size passes through little memory."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from crosswalk.duckdb_file import MEMORY, MEMORY_READING, DuckDBFile, Lingering
from crosswalk.errors import ConfigError
from crosswalk.pieces import blocks_sql, pieces
from crosswalk.profile import Target
from crosswalk.warehouse import KIND_COLUMN, Warehouse

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
        self.file = DuckDBFile((target.project_dir / path).resolve(), scratch)
        self._schema = target.schema

    def relation(self, name: str) -> str:
        """`"schema"."name"`, quoted."""
        return ".".join('"' + part.replace('"', '""') + '"' for part in (self._schema, name))

    def query(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[dict[str, Any]]:
        """All rows as dictionaries. Raises ConfigError (missing relation), LocalError (file absent or busy)."""
        with self.file.open() as connection:
            cursor = connection.execute(sql, parameters)
            names = [column[0] for column in cursor.description or []]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def stream(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """See Warehouse.stream; the file is open while the caller iterates."""
        with self.file.open() as connection:
            cursor = connection.execute(sql)
            while rows := cursor.fetchmany(_VECTOR_ROWS):
                yield from rows

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """See Warehouse.held: opening the file takes some 40 ms of work, a second connection to it one."""
        with self.file.held():
            yield

    def stream_hashes(self, destination: str) -> Iterator[pa.RecordBatch]:
        """See Warehouse.stream_hashes; the file is open while the caller iterates."""
        sql = f"select send_order, {_hashes(destination)} from {self.payloads(destination)}"
        with (
            self.file.held(),
            self.file.open(self._memory(destination, MEMORY_READING)) as connection,
        ):
            yield from connection.sql(sql).to_arrow_reader(_HASH_ROWS)

    def stream_payloads(
        self, destination: str, wanted: Callable[[int, int], bool] = lambda first, last: True
    ) -> Iterator[pa.RecordBatch]:
        """See Warehouse.stream_payloads; a piece is about 12 MB of payload, and the file is not held while nobody reads."""
        with Lingering(self.file) as file:
            with file.open(MEMORY):
                any_refused = self._any_refused(destination)
                memory = self._memory(destination, MEMORY if any_refused else MEMORY_READING)
                blocks = self.query(blocks_sql(self.payloads(destination), _BLOCK_ROWS))
            sql = self._payload_sql(destination, any_refused)
            for piece in pieces(blocks, _PIECE_BYTES):
                if wanted(piece.first, piece.last):
                    with file.open(memory) as connection:
                        between = {"first": piece.first, "last": piece.last}
                        found = _read(connection.sql(sql, params=between).to_arrow_reader(_VECTOR_ROWS))
                    yield from _in_order(found).to_batches()
                    del found

    def stream_raw_lines(self, source: str) -> Iterator[pa.RecordBatch]:
        """See Warehouse.stream_raw_lines; a piece is about 12 MB of lines."""
        lines = self.relation(f"stg_{source}__lines")
        with Lingering(self.file) as file:
            with file.open(MEMORY):
                blocks = self.query(
                    f"""
                    select min(rowid) as first_order, max(rowid) as last_order, count(*) as records,
                        coalesce(sum(strlen(line)), 0) as bytes
                    from {lines} group by rowid // {_BLOCK_ROWS} order by first_order
                    """
                )
            sql = self._raw_sql(source)
            widest = max((int(block["bytes"] or 0) for block in blocks), default=0)
            memory = MEMORY + _MEMORY_A_VECTOR_BYTE * widest * (_VECTOR_ROWS // _BLOCK_ROWS)
            for piece in pieces(blocks, _PIECE_BYTES):
                with file.open(memory) as connection:
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
