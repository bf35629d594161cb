"""Payload rows as Arrow columns: their text as one buffer, their hashes as bytes, never a parse.

The warehouse appends a comma to each payload, so that the data buffer of the column `line` is a JSON array's inside.
"""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc


def line_sizes(rows: pa.RecordBatch) -> list[int]:
    """Bytes of each line, its comma included."""
    return list(pc.binary_length(rows.column("line")).to_pylist())


def total_bytes(rows: pa.RecordBatch) -> int:
    """The sum of `line_sizes`."""
    first, last = _ends(rows.column("line"))
    return last - first


def joined(rows: pa.RecordBatch) -> memoryview:
    """The payloads with commas between them: a view of the column's own buffer, no copy."""
    column = rows.column("line")
    first, last = _ends(column)
    return memoryview(column.buffers()[2])[first : last - 1]


def _ends(column: pa.Array) -> tuple[int, int]:
    """Where the texts of a column begin and end in its buffer, which has them one after another."""
    if not len(column):
        return 0, 0
    ends = memoryview(column.buffers()[1]).cast("B").cast("i")
    return ends[column.offset], ends[column.offset + len(column)]


def payload_text(rows: pa.RecordBatch, index: int) -> str:
    """One payload as it is sent, credentials apart."""
    return str(rows.column("line")[index].as_py())[:-1]


def take(rows: pa.RecordBatch, indexes: Sequence[int]) -> pa.RecordBatch:
    """The rows at these positions."""
    return rows.take(pa.array(indexes, pa.int64()))


def packed_hashes(rows: pa.RecordBatch) -> bytes:
    """16 bytes a record: all 8-byte hashes of record ids, then all 8-byte hashes of payloads."""
    return _numbers(rows.column("id_hash")) + _numbers(rows.column("payload_hash"))


def _numbers(column: pa.Array) -> bytes:
    start = column.offset * 8
    return bytes(memoryview(column.buffers()[1])[start : start + len(column) * 8])


def unpacked_hashes(packed: bytes) -> tuple[pa.Array, pa.Array]:
    """The two columns of `packed_hashes`, as uint64, without a copy."""
    number = len(packed) // 16
    whole = pa.py_buffer(packed)
    halves = (whole.slice(0, number * 8), whole.slice(number * 8, number * 8))
    ids, payloads = (pa.Array.from_buffers(pa.uint64(), number, [None, half]) for half in halves)
    return ids, payloads
