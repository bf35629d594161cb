"""One fate that was learned: what the journal keeps, and what the ledger's tables are filled from."""

import datetime as dt
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class BatchCells:
    """Where a batch stands and what it is; `sha256` is of the hashes of its records."""

    day: str
    bucket: int
    endpoint: str
    part: int
    records: int
    bytes: int
    sha256: str
    resent: bool

    def row(self) -> tuple[str | int, ...]:
        """The cells as the ledger's table has them, in its order."""
        return (
            self.day,
            self.bucket,
            self.endpoint,
            self.part,
            self.records,
            self.bytes,
            self.sha256,
            int(self.resent),
        )


@dataclass(frozen=True)
class Letter:
    """A refused record; hashes are 8 bytes, `text` is in the vendor's words, without credentials."""

    id_hash: bytes
    payload_hash: bytes
    kind: str
    record_id: str
    reason: str
    status: int
    text: str


@dataclass(frozen=True)
class Entry:
    """A batch's end (`batch` and `state`), or, without a `batch`, records refused before sending or found accepted.

    `hashes` are the packed hashes of the accepted records; `at` is UTC.
    """

    at: str
    batch: BatchCells | None = None
    state: str = ""
    hashes: bytes = b""
    letters: Sequence[Letter] = ()

    def accepted(self) -> int:
        """Records that the vendor took."""
        return len(self.hashes) // 16

    def id_hashes(self) -> list[bytes]:
        """The id hashes of the accepted records."""
        return [self.hashes[at : at + 8] for at in range(0, len(self.hashes) // 2, 8)]

    def text(self) -> bytes:
        """Everything but the hashes of accepted records, as JSON."""
        letters = [
            {**asdict(one), "id_hash": one.id_hash.hex(), "payload_hash": one.payload_hash.hex()}
            for one in self.letters
        ]
        batch = asdict(self.batch) if self.batch else None
        return json.dumps({"at": self.at, "batch": batch, "state": self.state, "letters": letters}).encode()

    @classmethod
    def parsed(cls, text: Mapping[str, Any], hashes: bytes) -> "Entry":
        """The entry that `text` was made from. Raises KeyError, TypeError and ValueError where it is none."""
        letters = tuple(
            Letter(
                **{
                    **one,
                    "id_hash": bytes.fromhex(one["id_hash"]),
                    "payload_hash": bytes.fromhex(one["payload_hash"]),
                }
            )
            for one in text["letters"]
        )
        batch = BatchCells(**text["batch"]) if text["batch"] else None
        return cls(text["at"], batch, text["state"], hashes, letters)


_lock = threading.Lock()
_last = dt.datetime.min.replace(tzinfo=dt.UTC)


def now() -> str:
    """The moment in UTC, to the microsecond."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="microseconds")


def next_moment() -> str:
    """The moment for an entry: later than that of every entry before, so that a clock that is set back changes no order."""
    global _last
    with _lock:
        _last = max(dt.datetime.now(dt.UTC), _last + dt.timedelta(microseconds=1))
        return _last.isoformat(timespec="microseconds")


def later_than(moment: str) -> None:
    """Have `next_moment` go on after a moment that it once gave, perhaps to another process."""
    global _last
    with _lock:
        _last = max(_last, dt.datetime.fromisoformat(moment))
