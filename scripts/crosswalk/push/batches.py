"""Batches: one day, one bucket, one endpoint, cut further only by the vendor's limits.

A batch's bytes depend on its rows alone, not on how the rows arrived, so that a batch that has to be sent again is the
same bytes again.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from crosswalk.limits import Limits, cut, endpoint_of
from crosswalk.push.rows import line_sizes, total_bytes


@dataclass(frozen=True)
class Batch:
    """The rows of one request, as they were read; `part` counts the batches of one day, bucket and endpoint from 0."""

    day: dt.date
    bucket: int
    endpoint: str
    part: int
    rows: pa.Table
    bytes: int


class _Waiting:
    """Rows of one endpoint that are not in a batch yet; nothing of them is copied when a batch is made of them."""

    def __init__(self) -> None:
        self.pieces: list[pa.RecordBatch] = []
        self.records = self.bytes = 0

    def add(self, rows: pa.RecordBatch) -> None:
        self.pieces.append(rows)
        self.records += rows.num_rows
        self.bytes += total_bytes(rows)

    def taken(self) -> pa.Table:
        """All rows as one; none are left."""
        pieces = self.pieces
        self.pieces, self.records, self.bytes = [], 0, 0
        return pa.Table.from_batches(pieces)


class Cutter:
    """Cuts a stream of rows, in send order, into batches."""

    def __init__(self, destination: str, limits: Mapping[str, Limits]) -> None:
        self._destination = destination
        self._limits = limits
        self._group = (dt.date.min, -1)
        self._waiting: dict[str, _Waiting] = defaultdict(_Waiting)
        self._parts: dict[str, int] = defaultdict(int)

    def batches(self, stream: Iterable[pa.RecordBatch]) -> Iterator[Batch]:
        """All batches of the stream, in its order; within a day and bucket each endpoint keeps its own order."""
        for rows in stream:
            for group, run in _runs(rows):
                if group != self._group:
                    yield from self._flush()
                    self._group = group
                for endpoint, part in self._by_endpoint(run):
                    self._waiting[endpoint].add(part)
                    yield from self._full(endpoint)
        yield from self._flush()

    def _by_endpoint(self, rows: pa.RecordBatch) -> Iterator[tuple[str, pa.RecordBatch]]:
        if len(self._limits) == 1:
            yield next(iter(self._limits)), rows
            return
        kinds = pc.unique(rows.column("kind")).to_pylist()
        endpoints = list(dict.fromkeys(endpoint_of(self._destination, kind) for kind in kinds))
        if len(endpoints) == 1:
            yield endpoints[0], rows
            return
        for endpoint in endpoints:
            yield endpoint, rows.filter(pc.equal(rows.column("kind"), endpoint))

    def _full(self, endpoint: str) -> Iterator[Batch]:
        """The batches that can take no more rows; the last, perhaps unfinished part keeps waiting."""
        waiting, limits = self._waiting[endpoint], self._limits[endpoint]
        if waiting.records <= limits.records and waiting.bytes <= limits.bytes:
            return
        rows, start = waiting.taken(), 0
        for length in list(cut(line_sizes(rows), limits))[:-1]:
            yield self._batch(endpoint, rows.slice(start, length))
            start += length
        for rest in rows.slice(start).to_batches():
            waiting.add(rest)

    def _flush(self) -> Iterator[Batch]:
        for endpoint in self._limits:
            if self._waiting[endpoint].pieces:
                yield self._batch(endpoint, self._waiting[endpoint].taken())
        self._parts.clear()

    def _batch(self, endpoint: str, rows: pa.Table) -> Batch:
        day, bucket = self._group
        part = self._parts[endpoint]
        self._parts[endpoint] += 1
        return Batch(day, bucket, endpoint, part, rows, total_bytes(rows))


def _runs(rows: pa.RecordBatch) -> Iterator[tuple[tuple[dt.date, int], pa.RecordBatch]]:
    """Stretches of rows that share day and bucket."""
    days, buckets = rows.column("event_date"), rows.column("bucket")
    day_numbers = pc.cast(days, pa.int32()).cast(pa.int64())
    keys = pc.add(pc.shift_left(day_numbers, pa.scalar(32, pa.int64())), pc.cast(buckets, pa.int64()))
    start = 0
    for end in pc.run_end_encode(keys).run_ends.to_pylist():
        yield (days[start].as_py(), buckets[start].as_py()), rows.slice(start, end - start)
        start = end
