"""The hashes of a relation's records, kept in the state folder: worked out once for as long as the warehouse's file stays.

An md5 of every payload is most of the work of reading them. `plan` works them out, `push --plan` compares them, asks what
the destination has, and sends; all of them mean the same records as long as nobody wrote to the file. Kept hashes are used
only while the file's stamp is the very one that it had when it was read; anything else, damage included, has them worked
out anew.
"""

import contextlib
import hashlib
import json
import os
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc

from crosswalk.errors import LocalError
from crosswalk.files import open_private, private_folder
from crosswalk.output import log
from crosswalk.record_batches import HASHES

_VERSION = 2
# Seconds that a file must have been left alone before its stamp tells one content from another: the clocks of file systems
# tick, the coarse ones once in two seconds.
_SETTLED, _SETTLED_COARSE = 0.1, 2.5
_ABANDONED = 86_400.0  # seconds without a write

Stamp = tuple[tuple[int, int, int, int], ...]


class KeptHashes:
    """The kept hashes of one relation. `about` is whatever else has to be the same: the file's path, the relation."""

    def __init__(self, folder: Path, name: str, about: str) -> None:
        self._rows = folder / f"{name}.arrow"
        self._head = folder / f"{name}.json"
        self._about = about

    def found(self, stamp: Stamp) -> "Kept | None":
        """What is kept of a file with this stamp; None where there is nothing, or where it is damaged."""
        with contextlib.ExitStack() as opened, contextlib.suppress(OSError, ValueError):
            head = json.loads(self._head.read_text(encoding="utf-8"))
            rows = opened.enter_context(self._rows.open("rb"))
            if head == self._head_of(stamp, _digest(rows)):
                opened.pop_all()
                return Kept(rows)
        return None

    def forget(self) -> None:
        """Have the hashes worked out anew the next time."""
        with contextlib.suppress(OSError):
            self._head.unlink(missing_ok=True)

    @contextlib.contextmanager
    def keeping(self) -> "Iterator[Keeping]":
        """Takes the hashes as they pass; what is not finished in the block is thrown away."""
        keeping = Keeping(self._rows)
        try:
            yield keeping
        finally:
            keeping.close()

    def finish(self, keeping: "Keeping", stamp: Stamp) -> None:
        """All hashes of a file with this stamp have passed: keep them, where that is of use and the disk lets us."""
        if not keeping.is_usable or not is_settled(stamp):
            return
        try:
            keeping.publish(self._head, lambda digest: json.dumps(self._head_of(stamp, digest)) + "\n")
        except OSError as error:
            log.debug(f"The hashes are not kept: {error}")

    def _head_of(self, stamp: Stamp, digest: str) -> dict[str, Any]:
        return {
            "version": _VERSION,
            "about": self._about,
            "stamp": [list(one) for one in stamp],
            "digest": digest,
        }


class Keeping:
    """Writes hashes beside the place where they will stand; a disk that is full ends the keeping and nothing else."""

    def __init__(self, rows: Path) -> None:
        self.is_usable = True
        self._rows = rows
        self._part = rows.with_suffix(f".{uuid.uuid4().hex}.part")
        self._last = -1
        self._file: Any = None
        self._writer: Any = None
        with self._excused():
            private_folder(rows.parent)
            self._file = os.fdopen(open_private(self._part, os.O_WRONLY | os.O_EXCL), "wb")
            self._writer = pa.ipc.new_stream(self._file, HASHES)

    def add(self, rows: pa.RecordBatch | pa.Table) -> None:
        """Some more records; where they do not come in send order, nothing is kept."""
        orders = rows.column("send_order")
        if not self.is_usable or not len(orders):
            return
        if orders[0].as_py() <= self._last or not is_ascending(orders):
            self._give_up()
            return
        self._last = orders[-1].as_py()
        with self._excused():
            self._writer.write(rows.select(HASHES.names))

    def publish(self, head: Path, text: Callable[[str], str]) -> None:
        """Put the file in its place, and what is said of it, which `text` makes of its digest. Raises OSError.

        Nothing is synced: what a power cut leaves of the two does not fit together, and is worked out anew.
        """
        self._writer.close()
        self._file.close()
        with self._part.open("rb") as file:
            digest = _digest(file)
        self._part.replace(self._rows)
        part = self._part.with_suffix(".head.part")
        with os.fdopen(open_private(part, os.O_WRONLY | os.O_EXCL), "w", encoding="utf-8") as file:
            file.write(text(digest))
        part.replace(head)
        for other in self._rows.parent.glob("*.part"):  # of runs that were killed
            if time.time() - other.stat().st_mtime > _ABANDONED:
                other.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the file, and of what was not published."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
        with contextlib.suppress(OSError):
            self._part.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _excused(self) -> Iterator[None]:
        try:
            yield
        except (OSError, LocalError, pa.ArrowException) as error:
            self._give_up()
            log.debug(f"The hashes are not kept: {error}")

    def _give_up(self) -> None:
        """The room that was taken is free at once: the ledger may be in need of it."""
        self.is_usable = False
        self.close()


class Kept:
    """A file of kept hashes, read once, some thousand at a time.

    It is the open file that was looked at: another run may meanwhile have put another one in its place.
    """

    def __init__(self, rows: IO[bytes]) -> None:
        self._rows = rows

    def batches(self) -> Iterator[pa.RecordBatch]:
        """`send_order, id_hash, payload_hash`, in send order. Raises OSError and pa.ArrowException."""
        with self._rows:
            self._rows.seek(0)
            with pa.ipc.open_stream(self._rows) as reader:
                yield from reader

    def ranges(self) -> "Ranges":
        """For reading range by range, upwards."""
        return Ranges(self.batches())


class Ranges:
    """Cuts rows in send order into ranges of it, of which each lies behind the one before."""

    def __init__(self, batches: Iterator[pa.RecordBatch]) -> None:
        self._batches = batches
        self._current = next(batches, None)

    def between(self, first: int, last: int) -> pa.Table:
        """The rows from `first` to `last`, both included."""
        found = []
        while self._current is not None:
            orders = self._current.column("send_order")
            within = pc.and_(pc.greater_equal(orders, first), pc.less_equal(orders, last))
            found.append(self._current.filter(within))
            if orders[-1].as_py() > last:
                break
            self._current = next(self._batches, None)
        return pa.Table.from_batches(found, HASHES).combine_chunks()


def is_ascending(orders: pa.Array | pa.ChunkedArray) -> bool:
    """Whether each number is larger than the one before."""
    if isinstance(orders, pa.ChunkedArray):
        orders = orders.combine_chunks()
    return pc.all(pc.less(orders.slice(0, max(0, len(orders) - 1)), orders.slice(1))).as_py() is not False


def _digest(rows: IO[bytes]) -> str:
    """Of every byte: a fingerprint of the hashes alone would not tell whose record they are."""
    digest = hashlib.blake2b(digest_size=16)
    while some := rows.read(1_000_000):
        digest.update(some)
    return digest.hexdigest()


def is_settled(stamp: Stamp) -> bool:
    """Whether a change from now on gives the file another stamp for certain.

    Where the file is let go of while it is read, it must be so from the beginning.
    """
    now = time.time()
    times = [moment for one in stamp for moment in one[2:]]
    return all(
        now - moment / 1e9 > (_SETTLED if moment % 1_000_000_000 else _SETTLED_COARSE) for moment in times
    )
