"""The manifest: what was fetched, when and what it held; one JSON object a line, appended and synced, private.

It stands in `.extract/manifest.log` of the destination. Each line ends with a checksum. One that does not fit it (torn by
a crash, changed by hand or by the disk) is passed over and counted in `unreadable`: what it said is found out again. Later
lines win over earlier ones; the meaning is the extractor's.
"""

import datetime as dt
import functools
import json
import os
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crosswalk.extract.landing import local_errors
from crosswalk.files import open_private
from crosswalk.redact import clean

NAME = "manifest.log"
_CHECK = b', "check": "'
# Records of more bytes than this are kept packed.
_SMALL = 2000


class Manifest:
    """The records of one destination folder, oldest first; safe to use from several threads."""

    def __init__(self, work: Path) -> None:
        self.path = work / NAME
        self._lock = threading.Lock()
        self._records: list[dict[str, Any] | bytes] = []
        self._ids: set[object] = set()
        self._torn = False
        self.unreadable = 0
        with local_errors(self.path):
            if self.path.exists():
                self._read()

    def records(self) -> list[dict[str, Any]]:
        """All records that can be read."""
        return list(self.each())

    def each(self) -> Iterator[dict[str, Any]]:
        """The same, one at a time: a year of a large project lists a million files."""
        with self._lock:
            found = list(self._records)
        for one in found:
            yield one if isinstance(one, dict) else json.loads(zlib.decompress(one))

    def has(self, record_id: str) -> bool:
        """Whether there is a record of this `id`."""
        with self._lock:
            return record_id in self._ids

    def _keep(self, record: dict[str, Any], text: bytes) -> None:
        self._ids.add(record.get("id"))
        self._records.append(zlib.compress(text, 1) if len(text) > _SMALL else record)

    def append(self, record: dict[str, Any]) -> None:
        """Add a record, with the time as `at`; it is on the disk when this returns. Raises LocalError."""
        stamped = {"at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), **record}
        text = clean(json.dumps(stamped, ensure_ascii=True)).encode()
        line = text[:-1] + _CHECK + _checked(text) + b"\n"
        with self._lock, local_errors(self.path):
            data = (b"\n" if self._torn else b"") + line
            handle = open_private(self.path, os.O_WRONLY | os.O_APPEND)
            try:
                self._torn = True
                while data:
                    data = data[os.write(handle, data) :]
                os.fsync(handle)
                self._torn = False
            finally:
                os.close(handle)
            self._keep(stamped, text)

    def _read(self) -> None:
        with self.path.open("rb") as file:
            for line in file:
                self._torn = not line.endswith(b"\n")
                start, _, check = line.rstrip(b"\n").rpartition(_CHECK)
                text = start + b"}"
                if check and check == _checked(text):
                    self._keep(json.loads(text), text)
                else:
                    self.unreadable += bool(line.strip())


def packed(record: dict[str, Any]) -> bytes:
    """A record in a tenth of the memory."""
    return zlib.compress(json.dumps(record).encode(), 1)


@functools.lru_cache(maxsize=8)
def opened(data: bytes) -> dict[str, Any]:
    """What `packed` was given; the last few are at hand, so nobody may change them."""
    record: dict[str, Any] = json.loads(zlib.decompress(data))
    return record


def _checked(record: bytes) -> bytes:
    """The end of a record's line, which shows that nothing of it has changed since."""
    return b'%08x"}' % zlib.crc32(record)
