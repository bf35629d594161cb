"""Dead letters: an append-only NDJSON file of the records a vendor refused, with its words and the payload.

A line is never changed. A line that a crash tore stays as it is, the next one begins after it; its record's fate was not
in the ledger yet, so it is sent again and, where it is refused again, gets a whole line.
"""

import datetime as dt
import json
import os
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from crosswalk.errors import LocalError
from crosswalk.files import open_private, private_folder
from crosswalk.redact import clean


@dataclass(frozen=True)
class DeadLetter:
    """A refused record: `reason` is the limit or the vendor's field, `status` the HTTP status (0: never sent).

    `letter` is the same for the same record with the same payload, so that a line written twice can be told.
    """

    letter: str
    kind: str
    record_id: str
    reason: str
    status: int
    vendor_text: str
    payload: str


class DeadLetters:
    """Appends letters for one destination; each call is on the disk when it returns."""

    def __init__(self, state_dir: Path, destination: str, plan_id: str) -> None:
        self.path = private_folder(state_dir / "dead_letters") / f"{destination}.ndjson"
        self._plan_id = plan_id
        self._lock = threading.Lock()

    def append(self, letters: Sequence[DeadLetter]) -> None:
        """Write and sync the letters, without credentials. Raises LocalError."""
        if not letters:
            return
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        head = {"at": now, "plan_id": self._plan_id}
        lines = (json.dumps({**head, **asdict(letter)}, ensure_ascii=False) + "\n" for letter in letters)
        text = clean("".join(lines)).encode("utf-8", "surrogatepass")
        with self._lock:
            try:
                handle = open_private(self.path, os.O_RDWR | os.O_APPEND)
                try:
                    _write_all(handle, (b"\n" if _is_torn(handle) else b"") + text)
                    os.fsync(handle)
                finally:
                    os.close(handle)
            except OSError as error:
                raise LocalError(
                    f"{self.path} cannot be written: {error.strerror}. Free space and run the same command again."
                ) from error


def _is_torn(handle: int) -> bool:
    """Whether the last line has no end."""
    size = os.fstat(handle).st_size
    return size > 0 and os.pread(handle, 1, size - 1) != b"\n"


def _write_all(handle: int, data: bytes) -> None:
    written = 0
    while written < len(data):
        written += os.write(handle, data[written:])
