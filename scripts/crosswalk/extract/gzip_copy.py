"""Copying a gzip stream to a file while it is verified to its end, with a cap on what it may grow to."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from crosswalk.extract.landing import writing
from crosswalk.gzip_stream import CHUNK, BadGzipError, GzipReader

# A bomb is told by its ratio once it is big enough to matter; real exports reach about 20:1.
RATIO_CAP = 200
RATIO_FROM_BYTES = 64 << 20
# Amplitude's Export API ends at 4 GB for a whole zip; one member is never near this.
BYTES_CAP = 64 << 30


@dataclass(frozen=True)
class Copied:
    """Compressed size in bytes, lines, the digest of the decompressed content, and SHA-256 (hex) of the file as it is."""

    size: int
    lines: int
    digest: bytes
    sha256: str


def copy_gzip(source: IO[bytes], packed: int, part: Path) -> Copied:
    """Copy to `part`, synced to the disk; `packed` is the size in bytes that the data has in its archive.

    The part is gone where that fails. Raises BadGzipError for the data, LocalError for the disk.
    """
    reader, packed_hash = GzipReader(), hashlib.sha256()
    with writing(part) as file:
        while data := source.read(CHUNK):
            reader.feed(data)
            _check_growth(max(reader.made, reader.fed), packed)
            packed_hash.update(data)
            file.write(data)
        digest = reader.end()
    return Copied(reader.fed, reader.lines, digest, packed_hash.hexdigest())


def _check_growth(made: int, packed: int) -> None:
    if made > BYTES_CAP or (made > RATIO_FROM_BYTES and made > RATIO_CAP * packed):
        raise BadGzipError(f"it grows more than {RATIO_CAP} times when unpacked, which no export does")
