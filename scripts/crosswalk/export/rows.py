"""The rows of each content: its lines in any order, with what they are sorted by; what cannot be used goes aside.

A batch of rows has the columns `at` (microseconds since 1970), `rank` and `tie` (the order within one microsecond),
`folder` and `line` (bytes, its line feed included).
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from crosswalk.export.importer_rules import FAULTS
from crosswalk.export.left_out import LeftOut
from crosswalk.warehouse import KIND_COLUMN, Warehouse

# People are merged before anything is set on them: the order of `kind_rank` in models/destinations/*/*_payloads.sql.
_KIND_RANK = {
    "posthog": ("identify", "group_identify", "event", "person_update"),
    "mixpanel": ("import", "engage", "groups"),
}
_PAST_THE_END = 2**31 - 1
_SLICE_BYTES = 2_000_000


class Rows(ABC):
    """The rows of one content, read from the warehouse."""

    @abstractmethod
    def count(self) -> int:
        """Records that there are, those that will be left out included."""

    @abstractmethod
    def size(self) -> int:
        """About how many bytes of lines there are."""

    @abstractmethod
    def fingerprint(self) -> str:
        """A hash of everything that the export is made from: the same rows give the same, whatever their order."""

    @abstractmethod
    def batches(self, left_out: LeftOut) -> Iterator[pa.RecordBatch]:
        """All usable rows, in an order that depends on the data alone; the others go to `left_out`."""

    def left_out_before(self) -> dict[str, int]:
        """Rows that were left out before the export, by reason: those that staging kept apart."""
        return {}


class PayloadRows(Rows):
    """The payloads of a destination, those that the vendor would refuse apart."""

    def __init__(self, warehouse: Warehouse, destination: str) -> None:
        self._warehouse = warehouse
        self._destination = destination
        self._kind = KIND_COLUMN[destination]
        self._records = self._warehouse.payloads(destination)
        self._repeated: dict[str, int] = {}

    def count(self) -> int:
        return int(self._warehouse.query(f"select count(*) as n from {self._records}")[0]["n"])

    def size(self) -> int:
        sql = f"select coalesce(sum(payload_bytes + 1), 0) as n from {self._records}"
        return int(self._warehouse.query(sql)[0]["n"])

    def fingerprint(self) -> str:
        records, content = self._warehouse.content_hash(self._destination)
        refused = self._warehouse.query(
            f"""
            select distinct record_id, limit_name from {self._warehouse.relation("audit_payload_violations")}
            where destination = '{self._destination}' and effect = 'rejected'
            """
        )
        names = sorted(f"{row['record_id']}\n{row['limit_name']}" for row in refused)
        return _digest([str(records), content, *names])

    def batches(self, left_out: LeftOut) -> Iterator[pa.RecordBatch]:
        self._repeated = self._find_repeated()
        for rows in _small(self._warehouse.stream_payloads(self._destination)):
            refused = pc.is_valid(rows.column("refusal"))
            if pc.any(refused).as_py():
                self._leave_out(rows.filter(refused), left_out, _limit_names)
                rows = rows.filter(pc.invert(refused))
            if self._repeated:
                rows = self._without_repeated(rows, left_out)
            shaped = self._shaped(rows)
            del rows, refused
            yield shaped

    def _find_repeated(self) -> dict[str, int]:
        """Record ids that stand in several records, with the first send order of each: PostHog wants unique uuids."""
        if self._destination != "posthog":
            return {}
        rows = self._warehouse.query(
            f"""
            select record_id, min(send_order) as first_order from {self._records}
            group by record_id having count(*) > 1
            """
        )
        return {row["record_id"]: int(row["first_order"]) for row in rows}

    def _without_repeated(self, rows: pa.RecordBatch, left_out: LeftOut) -> pa.RecordBatch:
        places = zip(rows.column("record_id").to_pylist(), rows.column("send_order").to_pylist(), strict=True)
        later = pa.array([self._repeated.get(name, order) != order for name, order in places], pa.bool_())
        self._leave_out(rows.filter(later), left_out, lambda refusal: "repeated_uuid")
        return rows.filter(pc.invert(later))

    def _leave_out(self, rows: pa.RecordBatch, left_out: LeftOut, reason: Callable[[str], str]) -> None:
        for row in rows.select(["kind", "record_id", "refusal", "line"]).to_pylist():
            refusal = row["refusal"] or "another record has the same uuid and is exported"
            left_out.add(row["kind"], row["record_id"], reason(refusal), refusal, row["line"][:-1])

    def _shaped(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        kinds = rows.column("kind")
        ranks = pa.array(_KIND_RANK[self._destination])
        rank = pc.index_in(kinds, value_set=ranks)
        folder = ranks.take(rank) if self._destination == "mixpanel" else _same("", rows.num_rows)
        line = pc.binary_replace_slice(
            pc.cast(rows.column("line"), pa.binary()), start=-1, stop=_PAST_THE_END, replacement=b"\n"
        )
        return _batch(
            at=_micros(rows.column("event_at")),
            rank=rank,
            tie=_own(rows.column("send_order")),
            folder=folder,
            line=line,
        )


class RawRows(Rows):
    """The landed lines of a source that staging kept: duplicates, rows outside of the window and unusable ones apart."""

    def __init__(self, warehouse: Warehouse, source: str) -> None:
        self._warehouse = warehouse
        self._source = source
        self._fault = FAULTS[source]
        self._staged = warehouse.relation(f"stg_{source}__rows")

    def count(self) -> int:
        sql = f"select count(*) as n from {self._staged} where outcome = 'kept'"
        return int(self._warehouse.query(sql)[0]["n"])

    def size(self) -> int:
        lines = self._warehouse.relation(f"stg_{self._source}__lines")
        sql = f"select coalesce(sum(length(line) + 1), 0) as n from {lines}"
        return int(self._warehouse.query(sql)[0]["n"])

    def fingerprint(self) -> str:
        total = 0
        number = 0
        for rows in _small(self._warehouse.stream_raw_lines(self._source)):
            number += rows.num_rows
            for text in rows.column("line").cast(pa.binary()).to_pylist():
                total += int.from_bytes(hashlib.md5(text, usedforsecurity=False).digest()[:8], "little")
        reasons = [f"{reason} {count}" for reason, count in self.left_out_before().items()]
        return _digest([str(number), str(total), *reasons])

    def batches(self, left_out: LeftOut) -> Iterator[pa.RecordBatch]:
        for rows in _small(self._warehouse.stream_raw_lines(self._source)):
            faults = [self._fault(text) for text in rows.column("line").to_pylist()]
            if any(faults):
                bad = pa.array([fault is not None for fault in faults], pa.bool_())
                for row, fault in zip(rows.filter(bad).to_pylist(), filter(None, faults), strict=True):
                    left_out.add("line", row["event_key"], "importer_type", fault, row["line"])
                rows = rows.filter(pc.invert(bad))
            shaped = _raw_batch(rows)
            del rows
            yield shaped

    def left_out_before(self) -> dict[str, int]:
        rows = self._warehouse.query(
            f"""
            select outcome, coalesce(reason, outcome) as reason, count(*) as n from {self._staged}
            where outcome <> 'kept' group by 1, 2 order by 1, 2
            """
        )
        return {f"{row['outcome']}: {row['reason']}": int(row["n"]) for row in rows}


def _raw_batch(rows: pa.RecordBatch) -> pa.RecordBatch:
    feed = pa.scalar(b"\n", pa.binary())
    ties = pc.binary_join_element_wise(rows.column("source_project"), rows.column("event_key"), "\n")
    return _batch(
        at=_micros(rows.column("event_at")),
        rank=pa.array([0] * rows.num_rows, pa.int32()),
        tie=ties,
        folder=_same("", rows.num_rows),
        line=pc.binary_join_element_wise(rows.column("line").cast(pa.binary()), feed, pa.scalar(b"")),
    )


def _small(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same rows some megabytes at a time, so that what is made of them stays small."""
    for rows in batches:
        step = max(1, rows.num_rows * _SLICE_BYTES // max(1, rows.nbytes))
        for start in range(0, rows.num_rows, step):
            yield rows.slice(start, step)
        # what the engine made is freed as a whole, before it makes the next piece
        del rows
        pa.default_memory_pool().release_unused()


def _batch(**columns: pa.Array) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict(columns)


def _micros(moments: pa.Array) -> pa.Array:
    return _own(pc.cast(pc.cast(moments, pa.timestamp("us")), pa.int64()))


def _own(numbers: pa.Array) -> pa.Array:
    """A copy: a view of one column would keep all that the engine made with it in memory."""
    return pc.add(numbers, 0)


def _same(text: str, number: int) -> pa.Array:
    return pa.array([text] * number, pa.string())


def _limit_names(refusal: str) -> str:
    """`record_bytes` of "record_bytes 1000001 (limit 1000000)"; several are joined by "; "."""
    return ", ".join(part.split(" ", 1)[0] for part in refusal.split("; "))


def _digest(parts: list[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
