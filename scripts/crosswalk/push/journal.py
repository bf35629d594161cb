"""The journal: an append-only file a destination project with each fate that was learned, beside the ledger.

It is written and synced before the ledger commits, so the ledger can never know more than the journal. A ledger that is
gone, garbled, or older than it should be (its write-ahead log was lost) is brought up to date from here, and a missing
journal is written anew from the ledger. An entry is a head (magic, checksum, two lengths), JSON, and packed hashes:
16 bytes a record.
"""

import json
import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crosswalk.errors import LocalError
from crosswalk.files import open_private, private_folder, sync_folder
from crosswalk.push.entry import Entry

FOLDER = "journals"
_MAGIC = b"CWJ\x01"
_HEAD = struct.Struct("<4sIII")
_LONGEST = 64_000_000


@dataclass(frozen=True)
class Piece:
    """A stretch of the file, `start` to `end` in bytes: an entry, or damage (`text` is None)."""

    start: int
    end: int
    text: dict[str, Any] | None
    hashes: bytes

    def entry(self) -> Entry:
        """The entry; every piece but the file's head and damage has one."""
        return Entry.parsed(self.text or {}, self.hashes)


def packed(text: bytes, hashes: bytes) -> bytes:
    """The bytes of one entry."""
    content = text + hashes
    return _HEAD.pack(_MAGIC, zlib.crc32(content), len(text), len(hashes)) + content


def scan(path: Path, start: int = 0) -> Iterator[Piece]:
    """The pieces from a place on, one in memory at a time. Raises LocalError where the file cannot be read."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            while start < size:
                piece = _piece(file, start, size)
                if piece.text is None:
                    piece = Piece(start, _next_magic(file, start + 1, size), None, b"")
                yield piece
                start = piece.end
    except OSError as error:
        raise LocalError(
            f"The journal {path} cannot be read: {error.strerror}. Run `crosswalk doctor`."
        ) from error


def _piece(file: Any, start: int, size: int) -> Piece:
    file.seek(start)
    head = file.read(_HEAD.size)
    broken = Piece(start, start, None, b"")
    if len(head) < _HEAD.size:
        return broken
    magic, crc, text_bytes, hash_bytes = _HEAD.unpack(head)
    end = start + _HEAD.size + text_bytes + hash_bytes
    if magic != _MAGIC or end > size or text_bytes + hash_bytes > _LONGEST:
        return broken
    content = file.read(text_bytes + hash_bytes)
    if zlib.crc32(content) != crc:
        return broken
    return Piece(start, end, json.loads(content[:text_bytes]), content[text_bytes:])


def _next_magic(file: Any, start: int, size: int) -> int:
    """The next place that an entry could begin, else the end of the file."""
    window = 1_000_000
    while start < size:
        file.seek(start)
        found = file.read(window + len(_MAGIC)).find(_MAGIC)
        if found >= 0:
            return int(start + found)
        start += window
    return size


class Journal:
    """The journal of one destination project, open for appending; the owner of the project's lock has it alone."""

    def __init__(self, state_dir: Path, fingerprint: str, about: dict[str, str]) -> None:
        self.path = private_folder(state_dir / FOLDER) / f"{fingerprint[:16]}.journal"
        self._head = packed(json.dumps(about).encode(), b"")
        try:
            self._handle = open_private(self.path, os.O_RDWR)
            self.size = os.fstat(self._handle).st_size
        except OSError as error:
            raise self._unwritable(error) from error
        if self.size < len(self._head):
            self.cut_at(0)
            self.append(self._head)
            sync_folder(self.path.parent)

    def head_size(self) -> int:
        """Bytes before the first entry."""
        return len(self._head)

    def append(self, data: bytes) -> int:
        """Write and sync; returns the file's size. Raises LocalError, and takes back what was half written."""
        try:
            done = 0
            while done < len(data):
                done += os.pwrite(self._handle, data[done:], self.size + done)
            os.fsync(self._handle)
        except OSError as error:
            self.cut_at(self.size)
            raise self._unwritable(error) from error
        self.size += len(data)
        return self.size

    def cut_at(self, size: int) -> None:
        """Take away a torn end."""
        try:
            os.ftruncate(self._handle, size)
            self.size = size
        except OSError as error:
            raise self._unwritable(error) from error

    def write_anew(self, entries: Iterable[Entry]) -> None:
        """Replace the content, from the ledger: a file beside it first, then renamed. Raises LocalError."""
        part = self.path.with_suffix(".part")
        try:
            handle = open_private(part, os.O_RDWR | os.O_TRUNC)
            with os.fdopen(os.dup(handle), "wb") as file:
                file.write(self._head)
                for entry in entries:
                    file.write(packed(entry.text(), entry.hashes))
            os.fsync(handle)
            part.replace(self.path)
            sync_folder(self.path.parent)
        except OSError as error:
            raise self._unwritable(error) from error
        os.close(self._handle)
        self._handle = handle
        self.size = os.fstat(handle).st_size

    def close(self) -> None:
        """Close the file."""
        os.close(self._handle)

    def _unwritable(self, error: OSError) -> LocalError:
        return LocalError(
            f"The journal {self.path} cannot be written: {error.strerror}. Free space and run the same command again."
        )
