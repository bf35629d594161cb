"""Copying a gzip stream to a file while it is verified to its end, with a cap on what it may grow to."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from crosswalk.files import open_private
from crosswalk.gzip_stream import CHUNK, BadGzipError, GzipReader

# A bomb is told by its ratio once it is big enough to matter; real exports reach about 20:1.
RATIO_CAP = 200
RATIO_FROM_BYTES = 64 << 20
# Amplitude's Export API ends at 4 GB for a whole zip; one member is never near this.
BYTES_CAP = 64 << 30


@dataclass(frozen=True)
class Copied:
    """Compressed size in bytes, lines, and the digest of the decompressed content."""

    size: int
    lines: int
    digest: bytes


def copy_gzip(source: IO[bytes], packed: int, part: Path) -> Copied:
    """Copy to `part`, synced to the disk; `packed` is the size in bytes that the data has in its archive.

    Raises BadGzipError for the data, OSError for the disk.
    """
    reader = GzipReader()
    with os.fdopen(open_private(part, os.O_WRONLY | os.O_TRUNC), "wb") as file:
        while data := source.read(CHUNK):
            reader.feed(data)
            _check_growth(max(reader.made, reader.fed), packed)
            file.write(data)
        digest = reader.end()
        file.flush()
        os.fsync(file.fileno())
    return Copied(reader.fed, reader.lines, digest)


def _check_growth(made: int, packed: int) -> None:
    if made > BYTES_CAP or (made > RATIO_FROM_BYTES and made > RATIO_CAP * packed):
        raise BadGzipError(f"it grows more than {RATIO_CAP} times when unpacked, which no export does")
