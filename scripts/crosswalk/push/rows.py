"""Payload rows as Arrow columns: their text as buffers, their hashes as bytes, never a parse or a copy of a text.

The warehouse appends a comma to each payload, so that the data buffers of the column `line` are a JSON array's inside.
"""

import hashlib
from collections.abc import Sequence
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

Rows: TypeAlias = pa.RecordBatch | pa.Table


def line_sizes(rows: Rows) -> list[int]:
    """Bytes of each line, its comma included."""
    return list(pc.binary_length(rows.column("line")).to_pylist())


def total_bytes(rows: Rows) -> int:
    """The sum of `line_sizes`."""
    return sum(last - first for first, last in map(_ends, _chunks(rows, "line")))


def joined(rows: Rows) -> list[memoryview]:
    """The payloads with commas between them, in one piece or more: views of the column's own buffers, no copy."""
    views = []
    for column in _chunks(rows, "line"):
        if len(column):
            first, last = _ends(column)
            views.append(memoryview(column.buffers()[2])[first:last])
    if views:
        views[-1] = views[-1][:-1]
    return views


def _chunks(rows: Rows, name: str) -> list[pa.Array]:
    column = rows.column(name)
    return list(column.chunks) if isinstance(column, pa.ChunkedArray) else [column]


def _ends(column: pa.Array) -> tuple[int, int]:
    """Where the texts of a column begin and end in its buffer, which has them one after another."""
    if not len(column):
        return 0, 0
    ends = memoryview(column.buffers()[1]).cast("B").cast("i")
    return ends[column.offset], ends[column.offset + len(column)]


def payload_text(rows: Rows, index: int) -> str:
    """One payload as it is sent, credentials apart."""
    return str(rows.column("line")[index].as_py())[:-1]


def take(rows: Rows, indexes: Sequence[int]) -> Rows:
    """The rows at these positions."""
    return rows.take(pa.array(indexes, pa.int64()))


def packed_hashes(*parts: Rows) -> bytes:
    """16 bytes a record: all 8-byte hashes of record ids, then all 8-byte hashes of payloads."""
    return b"".join(
        _numbers(column)
        for name in ("id_hash", "payload_hash")
        for part in parts
        for column in _chunks(part, name)
    )


def _numbers(column: pa.Array) -> memoryview:
    start = column.offset * 8
    return memoryview(column.buffers()[1])[start : start + len(column) * 8]


def batch_digest(hashes: bytes) -> str:
    """What tells one batch's content from another: the SHA-256 of its `packed_hashes`, as hexadecimal digits.

    A hash of the text itself would read every byte once more, and could tell apart only what no hash of a record does.
    """
    return hashlib.sha256(hashes).hexdigest()


def unpacked_hashes(packed: bytes) -> tuple[pa.Array, pa.Array]:
    """The two columns of `packed_hashes`, as uint64, without a copy."""
    number = len(packed) // 16
    whole = pa.py_buffer(packed)
    halves = (whole.slice(0, number * 8), whole.slice(number * 8, number * 8))
    ids, payloads = (pa.Array.from_buffers(pa.uint64(), number, [None, half]) for half in halves)
    return ids, payloads
