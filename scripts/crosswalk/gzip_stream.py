"""Reading a gzip stream to its end in bounded memory: is it whole, how many lines, what content."""

import hashlib
from pathlib import Path
from typing import cast

CHUNK = 1 << 18
_WINDOW = 31  # zlib's number for a gzip header and trailer


class BadGzipError(Exception):
    """The data is no gzip stream, or not a whole one; the message completes "the file cannot be read: …"."""


class GzipReader:
    """Decompresses a gzip stream of one or more members, fed in pieces; sizes in bytes."""

    def __init__(self) -> None:
        from isal import igzip_lib, isal_zlib

        self._fault = cast("type[Exception]", igzip_lib.IsalError)
        self._new = isal_zlib.decompressobj
        self._inflate = self._new(wbits=_WINDOW)
        self._hash = hashlib.sha256()
        self._within = False
        self._last = b""
        self.fed = self.made = self.lines = 0

    def feed(self, data: bytes) -> None:
        """Take the next compressed piece. Raises BadGzipError."""
        self.fed += len(data)
        while data and not (self._between_members() and not data.strip(b"\0")):
            self._within = True
            try:
                self._count(self._inflate.decompress(data, CHUNK))
            except self._fault as error:
                raise BadGzipError(f"its gzip data is corrupt ({error})") from error
            data = self._inflate.unconsumed_tail
            if self._inflate.eof:
                data = self._inflate.unused_data
                self._inflate = self._new(wbits=_WINDOW)
                self._within = False

    def end(self) -> bytes:
        """The digest of the content. Raises BadGzipError where the stream is not whole."""
        if not self.fed:
            raise BadGzipError("it is empty")
        if self._within:
            raise BadGzipError("its gzip data ends too early")
        if self._last and self._last != b"\n":
            self.lines += 1
        return self._hash.digest()

    def _between_members(self) -> bool:
        """Zeros after the last member are padding, which gzip allows."""
        return self.made > 0 and not self._within

    def _count(self, made: bytes) -> None:
        self.made += len(made)
        self.lines += made.count(b"\n")
        self._hash.update(made)
        self._last = made[-1:] or self._last


def content_digest(path: Path) -> bytes:
    """The digest of a file's decompressed content. Raises BadGzipError, and OSError where it cannot be read."""
    reader = GzipReader()
    with path.open("rb") as file:
        while data := file.read(CHUNK):
            reader.feed(data)
    return reader.end()


def line_count(path: Path) -> int | None:
    """The lines of a file, or None where it is not whole. Raises OSError where it cannot be read."""
    reader = GzipReader()
    try:
        with path.open("rb") as file:
            while data := file.read(CHUNK):
                reader.feed(data)
        reader.end()
    except BadGzipError:
        return None
    return reader.lines


def fault_of(path: Path) -> str | None:
    """Why a file cannot be read to its end, or None where it can."""
    try:
        content_digest(path)
    except BadGzipError as error:
        return str(error)
    except OSError as error:
        return f"it cannot be opened ({error.strerror})"
    return None
