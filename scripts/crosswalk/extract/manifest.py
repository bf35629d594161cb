"""The manifest: what was fetched, when and what it held; one JSON object a line, appended and synced, private.

It stands in `.extract/manifest.log` of the destination. Each line ends with a checksum. One that does not fit it (torn by
a crash, changed by hand or by the disk) is passed over and counted in `unreadable`: what it said is found out again. Later
lines win over earlier ones; the meaning is the extractor's.
"""

import datetime as dt
import json
import os
import threading
import zlib
from pathlib import Path
from typing import Any

from crosswalk.extract.landing import local_errors
from crosswalk.files import open_private
from crosswalk.redact import clean

NAME = "manifest.log"
_CHECK = b', "check": "'


class Manifest:
    """The records of one destination folder, oldest first; safe to use from several threads."""

    def __init__(self, work: Path) -> None:
        self.path = work / NAME
        self._lock = threading.Lock()
        self._records: list[dict[str, Any]] = []
        self._torn = False
        self.unreadable = 0
        with local_errors(self.path):
            if self.path.exists():
                self._read()

    def records(self) -> list[dict[str, Any]]:
        """All records that can be read."""
        with self._lock:
            return list(self._records)

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
            self._records.append(stamped)

    def _read(self) -> None:
        data = self.path.read_bytes()
        self._torn = bool(data) and not data.endswith(b"\n")
        for line in data.split(b"\n"):
            text, _, check = line.rpartition(_CHECK)
            if check and check == _checked(text + b"}"):
                self._records.append(json.loads(text + b"}"))
            else:
                self.unreadable += bool(line.strip())


def _checked(record: bytes) -> bytes:
    """The end of a record's line, which shows that nothing of it has changed since."""
    return b'%08x"}' % zlib.crc32(record)
