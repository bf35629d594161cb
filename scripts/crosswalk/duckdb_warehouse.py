"""Reading DuckDB: all in SQL and Arrow, piece by piece, so that a relation of any size passes through little memory."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from crosswalk.duckdb_file import MEMORY, MEMORY_ONE_THREAD, MEMORY_READING, DuckDBFile, Lingering
from crosswalk.duckdb_reading import Reading, runs
from crosswalk.errors import ConfigError, PlanError
from crosswalk.kept_hashes import Keeping, KeptHashes, Ranges, is_settled
from crosswalk.pieces import blocks_sql, pieces
from crosswalk.profile import Target
from crosswalk.warehouse import KIND_COLUMN, Warehouse

_VECTOR_ROWS = 2048
_MEMORY_A_VECTOR_BYTE = 4
_PIECE_BYTES = 8_000_000
_BLOCK_ROWS = 512
_HASH_ROWS = 20_000
_ARROW_ROWS = 2048
_TEXT_ROWS = 512  # of a batch that is looked at while the next one is read


class DuckDBWarehouse(Warehouse):
    """The DuckDB file of a dbt target, read without ever writing to it.

    `kept`: a private folder for the hashes of its records, see crosswalk.kept_hashes; None to work them out each time.
    """

    def __init__(self, target: Target, scratch: Path, kept: Path | None = None) -> None:
        path = target.fields.get("path", "")
        if not path or path == ":memory:" or "://" in path or path.startswith("md:"):
            raise ConfigError(
                f"The target {target.name!r} has no `path` to a DuckDB file: give it one in profiles.yml."
            )
        self.file = DuckDBFile((target.project_dir / path).resolve(), scratch)
        self._schema = target.schema
        self._kept = kept

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
        """See Warehouse.stream_hashes; they come in send order, and the file is open while the caller iterates."""
        with self.file.held():
            hashes, stamp = self._hashes_of(destination), self.file.opened_stamp()
            kept = hashes.found(stamp) if hashes else None
            if kept is not None:
                yield from kept.batches()
                return
            sql = f"select send_order, {_hashes(destination)} from {self.payloads(destination)}"
            with _keeping(hashes) as keeping:
                with self.file.open(self._memory(destination, MEMORY_READING)) as connection:
                    for batch in connection.sql(sql).to_arrow_reader(_HASH_ROWS):
                        if keeping:
                            keeping.add(batch)
                        yield batch
                self.file.check_unchanged()
                if hashes and keeping:
                    hashes.finish(keeping, stamp)

    def stream_payloads(
        self, destination: str, wanted: Callable[[int, int], bool] = lambda first, last: True
    ) -> Iterator[pa.RecordBatch]:
        """See Warehouse.stream_payloads; a piece is about 8 MB of payload, and the file is not held while nobody reads."""
        return self._streamed(destination, self._payload_sql, wanted)

    def stream_texts(self, destination: str) -> Iterator[pa.RecordBatch]:
        """See Warehouse.stream_texts; a text is copied once less than by `stream_payloads`."""
        return self._streamed(destination, self._text_sql, lambda first, last: True, _TEXT_ROWS)

    def _streamed(
        self,
        destination: str,
        sql_of: Callable[[str, bool, bool], str],
        wanted: Callable[[int, int], bool],
        rows: int = _ARROW_ROWS,
    ) -> Iterator[pa.RecordBatch]:
        with Lingering(self.file) as file:
            with file.open(MEMORY):
                hashes, stamp = self._hashes_of(destination), self.file.opened_stamp()
                kept = hashes.found(stamp) if hashes else None
                ranges = kept.ranges() if kept else None
                any_refused = self._any_refused(destination)
                memory = self._memory(destination, MEMORY if any_refused else MEMORY_ONE_THREAD)
                blocks = self.query(blocks_sql(self.payloads(destination), _BLOCK_ROWS))
            reading = Reading(file, sql_of(destination, any_refused, kept is None), memory, rows)
            with _keeping(hashes if kept is None and is_settled(stamp) else None) as keeping:
                for run in runs(pieces(blocks, _PIECE_BYTES), wanted):
                    keeping = keeping if run else None
                    for found in reading.run(run):
                        self.file.check_unchanged()
                        if ranges and hashes:
                            found = _beside(found, ranges, hashes)
                        elif keeping:
                            keeping.add(found)
                        yield from found.to_batches()
                        del found
                if hashes and keeping:
                    hashes.finish(keeping, stamp)

    def _hashes_of(self, destination: str) -> KeptHashes | None:
        """Where the hashes are kept: of tables only, since what a view shows may change without the file."""
        if self._kept is None:
            return None
        sql = """
            select count(*) as n from duckdb_tables()
            where database_name = current_database() and schema_name = ? and table_name = ?
        """
        if not self.query(sql, [self._schema, f"{destination}_payloads"])[0]["n"]:
            return None
        about = f"{self.file.path} {self.payloads(destination)}"
        return KeptHashes(self._kept, destination, about)

    def stream_raw_lines(self, source: str) -> Iterator[pa.RecordBatch]:
        """See Warehouse.stream_raw_lines; a piece is about 8 MB of lines."""
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

    def _payload_sql(self, destination: str, any_refused: bool, with_hashes: bool) -> str:
        """One piece; the join with what the vendor would refuse only where there is something to join."""
        refused = self._refused_sql(destination)
        join = f"left join ({refused}) as r on r.record_id = p.record_id" if any_refused else ""
        hashes = f"{_hashes(destination, 'p.')}, " if with_hashes else ""
        return f"""
            select p.send_order, p.event_date, p.event_at, p.bucket, p.{KIND_COLUMN[destination]} as kind, p.record_id,
                p.payload || ',' as line, {hashes}{"r.refusal" if any_refused else "null::varchar"} as refusal
            from {self.payloads(destination)} as p {join}
            where p.send_order between $first and $last
        """

    def _text_sql(self, destination: str, any_refused: bool, with_hashes: bool) -> str:
        hashes = f", {_hashes(destination)}" if with_hashes else ""
        return f"""
            select send_order, payload as line{hashes} from {self.payloads(destination)}
            where send_order between $first and $last
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


def _beside(piece: pa.Table, ranges: Ranges, hashes: KeptHashes) -> pa.Table:
    """The rows with their kept hashes. Raises PlanError where these are of other rows, and forgets them."""
    orders = piece.column("send_order")
    kept = ranges.between(orders[0].as_py(), orders[-1].as_py())
    if not kept.column("send_order").equals(orders):
        hashes.forget()
        raise PlanError(
            "The hashes that were kept of the payloads do not belong to them: run the same command again, which works them "
            "out anew."
        )
    at = piece.column_names.index("line") + 1
    for name in ("payload_hash", "id_hash"):
        piece = piece.add_column(at, name, kept.column(name))
    return piece


def _keeping(hashes: KeptHashes | None) -> contextlib.AbstractContextManager[Keeping | None]:
    return hashes.keeping() if hashes else contextlib.nullcontext()
