"""The files of Heap's one-time JSON export to lines of JSON, gzipped: each record a line, as Heap wrote it.

Records that Heap escaped once too often, and lines that are no JSON, stay as they are: staging mends or quarantines
them with their text. Only a file that is one JSON array is taken apart. Source: PostHog docs, migrate from Heap.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from crosswalk.extract.gunzip import gunzipped
from crosswalk.extract.gzip_writer import GzipWriter
from crosswalk.extract.heap_store import Item, Store
from crosswalk.extract.landing import writing
from crosswalk.gzip_stream import BadGzipError

_CHUNK = 1 << 18
_BOM = b"\xef\xbb\xbf"
_NAME = re.compile(r"(.+?)\.(?:json|jsonl|ndjson)(?:\.gz)?", re.IGNORECASE | re.DOTALL)
_STRUCTURE = re.compile(rb'["\\{}\[\],]')


class BadFileError(Exception):
    """The file cannot be used; the message completes "…: the file cannot be read: …"."""


@dataclass(frozen=True)
class Copied:
    """What a file became: its records (lines that are not blank), its unpacked bytes, and their sha256."""

    records: int
    bytes: int
    sha256: str


def is_json_file(item: Item) -> bool:
    """Whether a file of this name may be part of the export."""
    return bool(_NAME.fullmatch(item.path.rpartition("/")[2]))


def landed_names(items: list[Item]) -> dict[str, str]:
    """Path -> name at the destination, each name once; folders become part of it, so that two files of one name stay two.

    Where two paths differ only in what a name does not keep, all but the first carry a digest of their path.
    """
    names: dict[str, str] = {}
    for item in sorted(items, key=lambda one: one.path):
        found = _NAME.fullmatch(item.path)
        stem = re.sub(r"[^A-Za-z0-9_-]+", "_", found[1] if found else item.path).strip("_")
        if not stem or f"{stem}.jsonl.gz".lower() in (name.lower() for name in names.values()):
            digest = hashlib.sha256(item.path.encode("utf-8", "surrogateescape")).hexdigest()[:12]
            stem = f"{stem or 'file'}-{digest}"
        names[item.path] = f"{stem}.jsonl.gz"
    return names


def copy_records(store: Store, item: Item, path: Path, advance: Callable[[int, int], None]) -> Copied:
    """Write a file's records to `path`, synced; `advance` is told records and packed bytes as they come.

    Raises BadFileError, BrokenReadError, LocalError; nothing is left at `path` then.
    """
    records = 0
    with store.open(item.path) as source, writing(path) as out, GzipWriter(out) as packed:
        for data, number in _records(_unpacked(source, item, advance)):
            records += number
            packed.write(data)
            advance(number, 0)
    return Copied(records, packed.bytes, packed.sha256())


def _unpacked(source: IO[bytes], item: Item, advance: Callable[[int, int], None]) -> Iterator[bytes]:
    """The file's text in pieces, without a byte order mark. Raises BadFileError."""
    read = _read(source, advance)
    pieces = gunzipped(read) if item.path.lower().endswith(".gz") else read
    try:
        yield next(pieces, b"").removeprefix(_BOM)
        yield from pieces
    except BadGzipError as error:
        raise BadFileError(str(error)) from error


def _read(source: IO[bytes], advance: Callable[[int, int], None]) -> Iterator[bytes]:
    while data := source.read(_CHUNK):
        advance(0, len(data))
        yield data


def _records(chunks: Iterator[bytes]) -> Iterator[tuple[bytes, int]]:
    """Text of whole lines with the number of records in it: lines as they are, or the elements of an array."""
    first = b""
    for data in chunks:
        first += data
        if first.strip():
            break
    if first.lstrip()[:1] == b"[":
        yield from _elements(first.lstrip()[1:], chunks)
        return
    rest = first
    while True:
        head, line_break, rest = rest.rpartition(b"\n")
        if line_break:
            yield head + line_break, _filled(head)
        data = next(chunks, b"")
        if not data:
            break
        rest += data
    if rest:
        yield rest + b"\n", _filled(rest)


def _filled(text: bytes) -> int:
    return sum(1 for line in text.split(b"\n") if line.strip())


def _elements(rest: bytes, chunks: Iterator[bytes]) -> Iterator[tuple[bytes, int]]:
    """The elements of an array whose `[` has been read, a line each. Raises BadFileError where the array does not end."""
    depth, in_text, begin, at = 1, False, 0, 0
    while True:
        found = _STRUCTURE.search(rest, at)
        if found is None or (found[0] == b"\\" and found.end() == len(rest)):
            at = len(rest) if found is None else found.start()
            data = next(chunks, b"")
            if not data:
                raise BadFileError("its array of records ends too early")
            rest, at, begin = rest[begin:] + data, at - begin, 0
            continue
        sign, at = found[0], found.end()
        if in_text:
            at += sign == b"\\"
            in_text = sign != b'"'
            continue
        if sign == b'"':
            in_text = True
        elif sign in b"{[":
            depth += 1
        elif sign in b"}]":
            depth -= 1
        if depth == 0 or (depth == 1 and sign == b","):
            element = re.sub(rb"[\r\n]+", b" ", rest[begin : found.start()].strip())
            if element:
                yield element + b"\n", 1
            begin = at
        if depth == 0:
            break
    if rest[at:].strip() or any(data.strip() for data in chunks):
        raise BadFileError("there is more after its array of records")
