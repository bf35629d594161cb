"""Which lines two sets of gzip files have in common, in bounded memory: for data that comes back in another order."""

import hashlib
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from crosswalk.gzip_stream import CHUNK

# Lines held at a time: about 50 MB as a counter of 64-bit numbers.
LINES_A_PASS = 400_000


def differences(old: Iterable[Path], new: Iterable[Path], lines: int) -> tuple[int, int]:
    """How many lines of `new` are not in `old`, and of `old` not in `new`, each line as often as it stands there.

    `lines` is about how many there are in both; it decides how often the files are read. Raises zlib.error and OSError
    for files that are not whole.
    """
    old, new = list(old), list(new)
    passes = max(1, -(-lines // LINES_A_PASS))
    added = gone = 0
    for number in range(passes):
        balance: Counter[int] = Counter()
        for files, step in ((new, 1), (old, -1)):
            for path in files:
                for line in _lines(path):
                    key = int.from_bytes(hashlib.blake2b(line, digest_size=8).digest())
                    if key % passes == number:
                        balance[key] += step
        added += sum(value for value in balance.values() if value > 0)
        gone -= sum(value for value in balance.values() if value < 0)
    return added, gone


def _lines(path: Path) -> Iterator[bytes]:
    """The lines without their ends; blank ones are none."""
    rest = b""
    for data in _unpacked(path):
        *whole, rest = (rest + data).split(b"\n")
        yield from (line.rstrip(b"\r") for line in whole if line.strip())
    if rest.strip():
        yield rest


def _unpacked(path: Path) -> Iterator[bytes]:
    inflate = zlib.decompressobj(31)
    with path.open("rb") as file:
        while data := file.read(CHUNK):
            while data:
                yield inflate.decompress(data, CHUNK)
                if inflate.eof:
                    data = inflate.unused_data.lstrip(b"\0")
                    inflate = zlib.decompressobj(31)
                else:
                    data = inflate.unconsumed_tail
