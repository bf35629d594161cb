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
from crosswalk.push.rows import line_sizes


@dataclass(frozen=True)
class Batch:
    """The rows of one request; `part` counts the batches of one day, bucket and endpoint from 0."""

    day: dt.date
    bucket: int
    endpoint: str
    part: int
    rows: pa.RecordBatch
    bytes: int


class Cutter:
    """Cuts a stream of rows, in send order, into batches."""

    def __init__(self, destination: str, limits: Mapping[str, Limits]) -> None:
        self._destination = destination
        self._limits = limits
        self._group = (dt.date.min, -1)
        self._waiting: dict[str, list[pa.RecordBatch]] = defaultdict(list)
        self._parts: dict[str, int] = defaultdict(int)

    def batches(self, stream: Iterable[pa.RecordBatch]) -> Iterator[Batch]:
        """All batches of the stream, in its order; within a day and bucket each endpoint keeps its own order."""
        for rows in stream:
            for group, run in _runs(rows):
                if group != self._group:
                    yield from self._flush()
                    self._group = group
                for endpoint, part in self._by_endpoint(run):
                    self._waiting[endpoint].append(part)
                    yield from self._full(endpoint)
        yield from self._flush()

    def _by_endpoint(self, rows: pa.RecordBatch) -> Iterator[tuple[str, pa.RecordBatch]]:
        kinds = pc.unique(rows.column("kind")).to_pylist()
        endpoints = list(dict.fromkeys(endpoint_of(self._destination, kind) for kind in kinds))
        if len(endpoints) == 1:
            yield endpoints[0], rows
            return
        for endpoint in endpoints:
            yield endpoint, rows.filter(pc.equal(rows.column("kind"), endpoint))

    def _full(self, endpoint: str) -> Iterator[Batch]:
        """The batches that can take no more rows; the last, perhaps unfinished part keeps waiting."""
        rows = _merged(self._waiting[endpoint])
        parts = list(cut(line_sizes(rows), self._limits[endpoint]))
        start = 0
        for length in parts[:-1]:
            yield self._batch(endpoint, rows.slice(start, length))
            start += length
        self._waiting[endpoint] = [rows.slice(start)]

    def _flush(self) -> Iterator[Batch]:
        for endpoint in self._limits:
            if self._waiting[endpoint]:
                yield self._batch(endpoint, _merged(self._waiting[endpoint]))
        self._waiting.clear()
        self._parts.clear()

    def _batch(self, endpoint: str, rows: pa.RecordBatch) -> Batch:
        day, bucket = self._group
        part = self._parts[endpoint]
        self._parts[endpoint] += 1
        return Batch(day, bucket, endpoint, part, rows, sum(line_sizes(rows)))


def _merged(pieces: list[pa.RecordBatch]) -> pa.RecordBatch:
    if len(pieces) == 1:
        return pieces[0]
    return pa.Table.from_batches(pieces).combine_chunks().to_batches()[0]


def _runs(rows: pa.RecordBatch) -> Iterator[tuple[tuple[dt.date, int], pa.RecordBatch]]:
    """Stretches of rows that share day and bucket."""
    days, buckets = rows.column("event_date"), rows.column("bucket")
    day_numbers = pc.cast(days, pa.int32()).cast(pa.int64())
    keys = pc.add(pc.shift_left(day_numbers, pa.scalar(32, pa.int64())), pc.cast(buckets, pa.int64()))
    start = 0
    for end in pc.run_end_encode(keys).run_ends.to_pylist():
        yield (days[start].as_py(), buckets[start].as_py()), rows.slice(start, end - start)
        start = end
