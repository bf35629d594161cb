"""Which rows go out: those the destination does not have yet, as far as the vendor would take them."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from crosswalk.push.known import ACCEPTED, CHANGED, NEW, REJECTED, UNSURE, Known


class Selection:
    """Filters the stream of payloads and counts what it leaves out."""

    def __init__(self, known: Known, wanted: Collection[int], limit: int | None) -> None:
        self._known = known
        self._wanted = wanted
        self._left = limit
        self.skipped: Counter[int] = Counter()
        self.seen = 0
        self.cut_short = False

    def rows(
        self, stream: Iterable[pa.RecordBatch], withhold: Callable[[pa.RecordBatch], None]
    ) -> Iterator[pa.RecordBatch]:
        """The rows to send, in order; rows that the vendor would refuse go to `withhold` instead."""
        for rows in stream:
            self.seen += rows.num_rows
            wanted = self._new(rows)
            if wanted.column("refusal").null_count < wanted.num_rows:
                withhold(wanted.filter(pc.is_valid(wanted.column("refusal"))))
                wanted = wanted.filter(pc.is_null(wanted.column("refusal")))
            if self._left is not None and wanted.num_rows > self._left:
                wanted = wanted.slice(0, self._left)
                self.cut_short = True
            if wanted.num_rows:
                yield wanted
            if self._left is not None:
                self._left -= wanted.num_rows
            if self.cut_short:
                return

    def wants(self, first: int, last: int) -> bool:
        """Whether a stretch of send orders holds something to send; one that does not is counted here, unread."""
        states = self._known.states[first : last + 1]
        unknown = last - first + 1 - len(states)  # orders past the end are NEW
        if (unknown and NEW in self._wanted) or any(state in states for state in self._wanted):
            return True
        self.seen += last - first + 1
        self.skipped.update({state: states.count(state) for state in (UNSURE, CHANGED, REJECTED, ACCEPTED)})
        self.skipped[NEW] += unknown + states.count(NEW)
        return False

    def _new(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        states = self._known.states_of(rows.column("send_order"))
        if states is None:
            if NEW in self._wanted:
                return rows
            self.skipped[NEW] += rows.num_rows
            return rows.slice(0, 0)
        is_wanted = pc.is_in(states, value_set=pa.array(sorted(self._wanted), pa.uint8()))
        if pc.all(is_wanted).as_py():
            return rows
        for found in pc.value_counts(states.filter(pc.invert(is_wanted))).to_pylist():
            self.skipped[found["values"]] += found["counts"]
        return rows.filter(is_wanted)
