"""What an export leaves out: counted by reason, and each record with its text in a private file."""

import json
import os
from collections import Counter
from pathlib import Path
from types import TracebackType

from crosswalk.files import open_private, private_folder, sync_folder
from crosswalk.redact import clean


class LeftOut:
    """Collects records for one export; the file appears under its name when the export is done, or not at all.

    The text depends on the records alone, so that the same export writes the same file again.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.counts: Counter[str] = Counter()
        self._part = path.with_name(f".{path.name}.tmp")
        self._handle: int | None = None

    def add(self, kind: str, record_id: str, reason: str, detail: str, payload: str) -> None:
        """Keep one record: `reason` is a name from docs/export.md, `detail` says more."""
        self.counts[reason] += 1
        letter = {
            "kind": kind,
            "record_id": record_id,
            "reason": reason,
            "status": 0,
            "vendor_text": detail,
            "payload": payload,
        }
        text = clean(json.dumps(letter, ensure_ascii=False) + "\n").encode("utf-8", "surrogatepass")
        if self._handle is None:
            private_folder(self.path.parent)
            self._handle = open_private(self._part, os.O_WRONLY | os.O_TRUNC)
        while text:
            text = text[os.write(self._handle, text) :]

    def finish(self) -> Path | None:
        """Put the file in its place, if anything was left out; its path, or None."""
        if self._handle is None:
            return None
        os.fsync(self._handle)
        os.close(self._handle)
        self._handle = None
        self._part.replace(self.path)
        sync_folder(self.path.parent)
        return self.path

    def __enter__(self) -> "LeftOut":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Throw an unfinished file away."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
        self._part.unlink(missing_ok=True)
