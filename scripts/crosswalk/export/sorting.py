"""Sorting rows by time in bounded memory: what does not fit is spread over scratch files by time, each sorted alone.

The rows come almost in order (payloads by day, landed lines by upload), so a stretch of time that is complete is sorted
and handed on as soon as it fits.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from crosswalk.files import open_private, private_folder

# Bytes of rows that are sorted at once, and that are gathered before they go to the scratch files.
SORT_BYTES = 8_000_000
_MOST_PILES = 256
_FLUSH_BYTES = 3_000_000
_SLICE_BYTES = 2_000_000
_DAY = 86_400_000_000
_ORDER = [("at", "ascending"), ("rank", "ascending"), ("tie", "ascending")]


def by_time(
    batches: Iterable[pa.RecordBatch], scratch: Path, *, days_in_order: bool, limit: int = SORT_BYTES
) -> Iterator[pa.RecordBatch]:
    """The rows by `at`, `rank`, `tie`. `days_in_order`: the rows of one day stand together, days oldest first."""
    if not days_in_order:
        yield from _sorted(_Pile(scratch / "sort", limit).filled(batches))
        return
    for number, day in enumerate(_by_day(batches)):
        yield from _sorted(_Pile(scratch / f"sort-{number}", limit).filled(day))


def _by_day(batches: Iterable[pa.RecordBatch]) -> Iterator[Iterator[pa.RecordBatch]]:
    """The rows of each day, as the stretches in which they come."""
    runs = ((day, rows) for batch in batches for day, rows in _day_runs(batch))
    ahead = next(runs, None)
    while ahead is not None:
        day = ahead[0]

        def of_day(day: int = day) -> Iterator[pa.RecordBatch]:
            nonlocal ahead
            while ahead is not None and ahead[0] == day:
                yield ahead[1]
                ahead = next(runs, None)

        yield of_day()


def _day_runs(rows: pa.RecordBatch) -> Iterator[tuple[int, pa.RecordBatch]]:
    yield from _runs(rows, pc.divide(rows.column("at"), _DAY))


def _runs(rows: pa.RecordBatch, keys: pa.Array) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Stretches of rows with the same key."""
    runs = pc.run_end_encode(keys)
    start = 0
    for key, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
        yield int(key), rows.slice(start, end - start)
        start = end


class _Pile:
    """Rows that are held in memory up to the limit, and beyond it in a scratch file."""

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder = folder
        self.limit = limit
        self.size = 0
        self.least = self.greatest = 0
        self.held: list[pa.RecordBatch] = []
        self._held_size = 0
        self._any = False
        self._file = folder / "rows.arrow"

    def filled(self, batches: Iterable[pa.RecordBatch]) -> "_Pile":
        """The same pile with these rows on it."""
        for rows in batches:
            self.add(rows)
        return self

    def add(self, rows: pa.RecordBatch) -> None:
        """Put rows on the pile."""
        if not rows.num_rows:
            return
        ends = pc.min_max(rows.column("at")).as_py()
        self.least = min(self.least, ends["min"]) if self._any else ends["min"]
        self.greatest = max(self.greatest, ends["max"]) if self._any else ends["max"]
        self._any = True
        self.size += rows.nbytes
        self._held_size += rows.nbytes
        self.held.append(rows)
        if self.size > self.limit:
            self.flush(_FLUSH_BYTES)

    def flush(self, above: int = 0) -> None:
        """Move what memory holds to the scratch file, where it is more than `above` bytes."""
        if self._held_size <= above or not self.held:
            return
        private_folder(self.folder)
        with os.fdopen(open_private(self._file, os.O_WRONLY | os.O_APPEND), "ab") as file:
            options = pa.ipc.IpcWriteOptions(compression="lz4")
            with pa.ipc.new_stream(file, self.held[0].schema, options=options) as writer:
                for rows in self.held:
                    writer.write_batch(rows)
        self.held, self._held_size = [], 0

    @property
    def held_size(self) -> int:
        """Bytes that memory holds."""
        return self._held_size

    def rows(self) -> Iterator[pa.RecordBatch]:
        """All rows, in the order in which they came."""
        if self._file.exists():
            size = self._file.stat().st_size
            with pa.OSFile(str(self._file)) as file:
                while file.tell() < size:
                    yield from pa.ipc.open_stream(file)
        yield from self.held

    def remove(self) -> None:
        """Free the memory and the disk."""
        self.held = []
        self._file.unlink(missing_ok=True)


def _sorted(pile: _Pile) -> Iterator[pa.RecordBatch]:
    """The rows of a pile in order: at once where they fit, else spread over smaller piles."""
    if not pile.size:
        return
    if pile.size <= pile.limit:
        table = pa.Table.from_batches(pile.rows())
        pile.remove()
        table = table.sort_by(_ORDER)
        pa.default_memory_pool().release_unused()
        yield from _slices(table)
    elif pile.least == pile.greatest:
        yield from _one_moment(pile)
    else:
        for part in _spread(pile):
            yield from _sorted(part)


def _one_moment(pile: _Pile) -> Iterator[pa.RecordBatch]:
    """More rows of one microsecond than memory takes: they came in the order of their ties, so each rank is read alone."""
    ranks = sorted({rank for rows in pile.rows() for rank in pc.unique(rows.column("rank")).to_pylist()})
    for rank in ranks:
        for rows in pile.rows():
            yield rows.filter(pc.equal(rows.column("rank"), rank))
    pile.remove()


def _spread(pile: _Pile) -> list[_Pile]:
    """The rows in smaller piles, one a stretch of time, oldest first: as many as are likely to fit at once."""
    number_of_piles = min(_MOST_PILES, 2 * pile.size // pile.limit + 1)
    width = (pile.greatest - pile.least) // number_of_piles + 1
    parts = [_Pile(pile.folder / f"{number:03}", pile.limit) for number in range(number_of_piles)]
    for rows in pile.rows():
        numbers = pc.divide(pc.subtract(rows.column("at"), pile.least), width)
        order = pc.sort_indices(numbers)
        for number, stretch in _runs(rows.take(order), numbers.take(order)):
            parts[number].add(_own(stretch))
        _flush_when_much(parts)
    pile.remove()
    for part in parts:
        part.flush()
    return parts


def _flush_when_much(parts: list[_Pile]) -> None:
    """All piles together hold no more in memory than one would."""
    if sum(part.held_size for part in parts) > 2 * _FLUSH_BYTES:
        for part in parts:
            part.flush()


def _own(rows: pa.RecordBatch) -> pa.RecordBatch:
    """A copy, so that a short stretch does not keep the memory of the batch it was cut from."""
    return pa.concat_batches([rows, rows.slice(0, 0)])


def _slices(table: pa.Table) -> Iterator[pa.RecordBatch]:
    """A sorted table as batches of some megabytes, whose columns are one piece each."""
    step = max(1, table.num_rows * _SLICE_BYTES // max(1, table.nbytes))
    for start in range(0, table.num_rows, step):
        yield from table.slice(start, step).combine_chunks().to_batches()
