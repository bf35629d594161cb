"""What a destination already has: one byte a record, worked out before anything is sent.

The ledger's hashes are joined with the hashes of the payloads in a scratch DuckDB file, in slices that fit into memory.
A record counts by its id wherever it now stands: another day or bucket does not make it new.
"""

import contextlib
import itertools
import tempfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from crosswalk.duckdb_file import engine_config
from crosswalk.errors import CrosswalkError, LocalError
from crosswalk.push.ledger import Ledger
from crosswalk.push.rows import unpacked_hashes
from crosswalk.warehouse import Warehouse

# In rising order of certainty. UNSURE: it went out with other content in a batch whose end is not known.
NEW, UNSURE, CHANGED, REJECTED, ACCEPTED = 0, 1, 2, 3, 4
# A refused record that is to be sent again; stands alone, in a `replay`.
REPLAY = 5
_RESULT_ROWS = 20_000
_SLICE_ROWS = 500_000  # of the ledger: about 30 MB of hash table
_MEMORY_BESIDE, _MEMORY_ALONE = 24_000_000, 64_000_000
_LEDGER = pa.schema([("number", pa.int64()), ("id_hash", pa.uint64()), ("payload_hash", pa.uint64())])
_WANTED = pa.schema([("id_hash", pa.uint64())])
_PAYLOADS = pa.schema([("send_order", pa.int64()), ("id_hash", pa.uint64()), ("payload_hash", pa.uint64())])


@dataclass(frozen=True)
class Known:
    """The state of each record by its send order."""

    states: bytearray

    def state(self, send_order: int) -> int:
        """NEW, UNSURE, CHANGED (accepted with another payload), REJECTED or ACCEPTED (both with this payload)."""
        return self.states[send_order] if send_order < len(self.states) else NEW

    def states_of(self, send_orders: pa.Array) -> pa.Array | None:
        """The states of these records, as uint8; None where no record of the plan has one but NEW."""
        if not self.states:
            return None
        every = pa.Array.from_buffers(pa.uint8(), len(self.states), [None, pa.py_buffer(self.states)])
        there = pc.less(send_orders, len(self.states))
        found = every.take(pc.if_else(there, send_orders, 0))
        return pc.if_else(there, found, pa.scalar(NEW, pa.uint8()))

    def number(self, state: int) -> int:
        """How many records are in a state other than NEW."""
        return self.states.count(state)


@dataclass(frozen=True)
class Found:
    """Records of dead letters: their states, the id hashes (as numbers) that have a row, packed hashes of accepted ones."""

    known: Known
    present: set[int]
    settled: bytes


def look_up(
    warehouse: Warehouse, destination: str, ledger: Ledger, destination_id: int, scratch: Path
) -> Known:
    """Compare all payloads with the ledger; an empty ledger needs no look at the payloads."""
    if not ledger.knows_records(destination_id):
        return Known(bytearray())
    with _joined(warehouse, destination, ledger, destination_id, scratch) as connection:
        return Known(_states(connection, ledger.has_resent(destination_id)))


def look_up_letters(
    warehouse: Warehouse,
    destination: str,
    ledger: Ledger,
    destination_id: int,
    scratch: Path,
    wanted: Collection[bytes],
    limit: int | None = None,
) -> Found:
    """Where the records of dead letters stand now; `limit` takes the first so many of those that have a row.

    A record is in the state REPLAY, or ACCEPTED where its present payload is accepted already; all others are NEW.
    """
    with _joined(warehouse, destination, ledger, destination_id, scratch) as connection:
        _copy(connection, "wanted", _WANTED, _id_hashes(wanted))
        every = _states(connection, ledger.has_resent(destination_id))
        rows = connection.execute(
            "select send_order, id_hash, payload_hash from payloads where id_hash in (from wanted)"
        ).fetchall()
    present = {row[1] for row in rows}
    taken = set(itertools.islice((one for one in _numbers(wanted) if one in present), limit))
    states = bytearray()
    there = []
    for order, id_hash, payload_hash in (row for row in rows if row[1] in taken):
        accepted = order < len(every) and every[order] == ACCEPTED
        _set(states, order, ACCEPTED if accepted else REPLAY)
        if accepted:
            there.append((id_hash, payload_hash))
    packed = b"".join(pair[half].to_bytes(8, "little") for half in (0, 1) for pair in there)
    return Found(Known(states), present, packed)


@contextlib.contextmanager
def _joined(
    warehouse: Warehouse, destination: str, ledger: Ledger, destination_id: int, scratch: Path
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A scratch database with the hashes of payloads and ledger. Raises LocalError where it does not fit."""
    try:
        with tempfile.TemporaryDirectory(dir=scratch) as folder:
            connection = duckdb.connect(
                str(Path(folder) / "known.duckdb"), config=engine_config(Path(folder), _MEMORY_ALONE)
            )
            try:
                # while the warehouse's engine reads beside it, this one is to be small
                connection.execute(f"set memory_limit = '{_MEMORY_BESIDE}B'")
                _copy(connection, "payloads", _PAYLOADS, warehouse.stream_hashes(destination))
                connection.execute(f"set memory_limit = '{_MEMORY_ALONE}B'")
                _copy(connection, "accepted", _LEDGER, _numbered(ledger.accepted_hashes(destination_id)))
                _copy(connection, "unsure", _LEDGER, _numbered(ledger.open_hashes(destination_id)))
                _copy(connection, "rejected", _LEDGER, _rejected(ledger, destination_id))
                yield connection
            finally:
                connection.close()
    except (duckdb.IOException, duckdb.OutOfMemoryException, OSError) as error:
        raise LocalError(
            f"{scratch} has no room for comparing the records with the ledger ({error}): free space and run the same "
            "command again."
        ) from error


def _copy(
    connection: duckdb.DuckDBPyConnection, name: str, schema: pa.Schema, rows: Iterator[pa.RecordBatch]
) -> None:
    failures: list[CrosswalkError] = []

    def watched() -> Iterator[pa.RecordBatch]:
        """DuckDB shows an error of the stream as its own; ours is the one to raise."""
        try:
            yield from rows
        except CrosswalkError as error:
            failures.append(error)
            raise

    connection.register("stream", pa.RecordBatchReader.from_batches(schema, watched()))
    try:
        connection.execute(f"create table {name} as select * from stream")
    except duckdb.Error:
        if failures:
            raise failures[0] from None
        raise
    connection.unregister("stream")


def _numbered(packed: Iterable[bytes]) -> Iterator[pa.RecordBatch]:
    for number, hashes in enumerate(packed):
        yield _ledger_rows(number, hashes)


def _rejected(ledger: Ledger, destination_id: int) -> Iterator[pa.RecordBatch]:
    """Some thousand at a time, however many there are."""
    rows = ledger.refused_hashes(destination_id)
    while some := list(itertools.islice(rows, _RESULT_ROWS)):
        yield _ledger_rows(0, b"".join(row[0] for row in some) + b"".join(row[1] for row in some))


def _id_hashes(wanted: Iterable[bytes]) -> Iterator[pa.RecordBatch]:
    numbers = _numbers(wanted)
    while some := list(itertools.islice(numbers, _RESULT_ROWS)):
        yield pa.RecordBatch.from_arrays([pa.array(some, pa.uint64())], schema=_WANTED)


def _numbers(wanted: Iterable[bytes]) -> Iterator[int]:
    return (int.from_bytes(one, "little") for one in wanted)


def _ledger_rows(number: int, packed: bytes) -> pa.RecordBatch:
    ids, payloads = unpacked_hashes(packed)
    numbers = pa.repeat(pa.scalar(number, pa.int64()), len(ids))
    return pa.RecordBatch.from_arrays([numbers, ids, payloads], schema=_LEDGER)


def _states(connection: duckdb.DuckDBPyConnection, resent: bool) -> bytearray:
    """One byte a send order, joined slice by slice of the hashes, so that each slice fits into memory."""
    rows = connection.execute("select count(*) from accepted").fetchall()[0][0]
    states = bytearray()
    slices = rows // _SLICE_ROWS + 1
    for number in range(slices):
        found = connection.sql(_join_sql(resent, f"id_hash % {slices} = {number}"))
        for batch in found.to_arrow_reader(_RESULT_ROWS):
            _mark(states, batch)
    return states


def _join_sql(resent: bool, where: str) -> str:
    """What is known of each payload; where records were sent anew, their latest payload is the one that counts."""
    every = f"select id_hash, payload_hash from accepted where {where}"
    latest = f"select id_hash, arg_max(payload_hash, number) as payload_hash from accepted where {where} group by id_hash"
    return f"""
        with sent as ({latest if resent else every})
        select p.send_order, case
            when s.payload_hash = p.payload_hash then {ACCEPTED}
            when r.id_hash is not null then {REJECTED}
            when s.id_hash is not null then {CHANGED}
            else {UNSURE}
        end::integer as state
        from (from payloads where {where}) as p
        left join sent as s on s.id_hash = p.id_hash
        left join (from rejected where {where}) as r on r.id_hash = p.id_hash and r.payload_hash = p.payload_hash
        left join (from unsure where {where}) as u on u.id_hash = p.id_hash and u.payload_hash <> p.payload_hash
        where s.id_hash is not null or r.id_hash is not null or u.id_hash is not null
    """


def _mark(states: bytearray, found: pa.RecordBatch) -> None:
    """Where several rows of the ledger meet a record, the highest state wins."""
    most = pc.max(found.column(0)).as_py()
    if most is not None and most >= len(states):
        states.extend(bytes(most + 1 - len(states)))
    for send_order, state in zip(found.column(0).to_pylist(), found.column(1).to_pylist(), strict=True):
        if state > states[send_order]:
            states[send_order] = state


def _set(states: bytearray, send_order: int, state: int) -> None:
    if send_order >= len(states):
        states.extend(bytes(send_order + 1 - len(states)))
    states[send_order] = max(states[send_order], state)
