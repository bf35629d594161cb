"""Rows of a database driver as the Arrow batches that `push` works with, hashes included."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

PAYLOADS = pa.schema(
    [
        ("send_order", pa.int64()),
        ("event_date", pa.date32()),
        ("event_at", pa.timestamp("us")),
        ("bucket", pa.int32()),
        ("kind", pa.string()),
        ("record_id", pa.string()),
        ("line", pa.string()),
        ("id_hash", pa.uint64()),
        ("payload_hash", pa.uint64()),
        ("refusal", pa.string()),
    ]
)
HASHES = pa.schema([("send_order", pa.int64()), ("id_hash", pa.uint64()), ("payload_hash", pa.uint64())])


def payload_batch(rows: Sequence[Sequence[Any]], refusals: Mapping[int, str]) -> pa.RecordBatch:
    """Rows of (send_order, event_date, event_at, bucket, kind, record_id, payload) as one batch in send order.

    `refusals` says by send order why the vendor would refuse a record.
    """
    ordered = sorted(rows, key=lambda row: int(row[0]))
    orders, days, moments, buckets, kinds, ids, payloads = (
        zip(*ordered, strict=True) if ordered else ((),) * 7
    )
    columns: list[Any] = [
        [int(order) for order in orders],
        list(days),
        [moment.astimezone(dt.UTC).replace(tzinfo=None) if moment.tzinfo else moment for moment in moments],
        [int(bucket) for bucket in buckets],
        list(kinds),
        list(ids),
        [payload + "," for payload in payloads],
        _numbers(halves(f"{kind}\n{one}" for kind, one in zip(kinds, ids, strict=True)), len(ordered)),
        _numbers(halves(payloads), len(ordered)),
        [refusals.get(int(order)) for order in orders],
    ]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, PAYLOADS, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=PAYLOADS)


def hash_batch(orders: Sequence[Any], id_halves: bytes, payload_halves: bytes) -> pa.RecordBatch:
    """Send orders with 8 bytes a record of either hash."""
    numbers = pa.array([int(order) for order in orders], pa.int64())
    arrays = [numbers, _numbers(id_halves, len(orders)), _numbers(payload_halves, len(orders))]
    return pa.RecordBatch.from_arrays(arrays, schema=HASHES)


def halves(texts: Any) -> bytes:
    """The last 8 bytes of each text's md5, one after another: what DuckDB calls md5_number_lower, little-endian."""
    return b"".join(hashlib.md5(text.encode("utf-8"), usedforsecurity=False).digest()[8:] for text in texts)


def _numbers(packed: bytes, number: int) -> pa.Array:
    return pa.Array.from_buffers(pa.uint64(), number, [None, pa.py_buffer(packed)])
