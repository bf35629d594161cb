"""Checks a CSV file against what Mixpanel takes as a lookup table, and packs exactly what was checked.

The rules are of Mixpanel's page reference/replace-lookup-table and of RFC 4180: a header of unique names, the first column a
unique id that is not blank, as many fields on each line as in the header, UTF-8, at most 100 MB unpacked.
"""

import array
import contextlib
import csv
import gzip
import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from crosswalk.errors import ConfigError, LocalError
from crosswalk.files import open_private
from crosswalk.output import count, plural, safe
from crosswalk.progress import Progress

MAX_BYTES = 100_000_000  # unpacked, for one table
MAX_ROWS = 5_000_000  # over all tables of a project
_LINE_BYTES = 10_000_000
_COPY_BYTES = 256_000
_SHOWN = 10
_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_FIELD = r'(?:"(?:[^"]|"")*+"|[^",\r\n]*+)'
_RECORD = re.compile(rf"{_FIELD}(?:,{_FIELD})*+(?:\r?\n)?")


@dataclass(frozen=True)
class LookupFile:
    """A checked table: its gzipped copy, its columns, and rows and bytes (unpacked) without and with the header."""

    path: Path
    columns: tuple[str, ...]
    rows: int
    bytes: int


def check_file(source: Path, packed: Path) -> LookupFile:
    """Check `source` (plain or gzip) and write its gzipped copy to `packed`, which is a private file.

    Raises ConfigError that names the lines at fault, LocalError where a file cannot be read or written.
    """
    faults = _Faults(source.name)
    with _opened(source) as (stream, progress):
        copy = _Copy(packed)
        lines = _Lines(stream, copy, source.name, progress)
        table, hashes = _read(lines, faults, packed)
        copy.finish()
    if not faults.number:
        _find_doubles(packed, hashes, faults)
    faults.raise_any()
    return table


class _Faults:
    """What is wrong with the file: the first few in words, all of them in number."""

    def __init__(self, name: str) -> None:
        self._name = safe(name)
        self._shown: list[str] = []
        self.number = 0

    def add(self, text: str) -> None:
        """One more fault."""
        self.number += 1
        if self.number <= _SHOWN:
            self._shown.append(text)

    def stop(self, text: str) -> ConfigError:
        """The error for a fault after which reading on makes no sense."""
        self.add(text)
        return ConfigError(self._sentence())

    def raise_any(self) -> None:
        """Raises ConfigError where there are faults."""
        if self.number:
            raise ConfigError(self._sentence())

    def _sentence(self) -> str:
        more = f"; and {count(self.number - _SHOWN)} more" if self.number > _SHOWN else ""
        return (
            f"{self._name} cannot become a lookup table: {'; '.join(self._shown)}{more}. Nothing was sent: correct the file "
            "and run the same command again."
        )


class _Lines:
    """The lines of the file for the CSV reader, each copied; `record` is the text of the current record."""

    def __init__(self, stream: BinaryIO, copy: "_Copy | None", name: str, progress: "_Moved | None") -> None:
        self._stream, self._copy, self._progress = stream, copy, progress
        self._faults = _Faults(name)
        self.bytes = self.number = 0
        self.record = ""
        self.first = 1

    def start_record(self) -> None:
        """Forget the record before."""
        self.record, self.first = "", self.number + 1

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        raw = self._stream.readline(_LINE_BYTES)
        if not raw:
            raise StopIteration
        if not self.number:
            raw = raw.removeprefix(_BOM)
        self.number += 1
        self.bytes += len(raw)
        text = self._checked(raw)
        self.record += text
        if self._copy is not None:
            self._copy.write(raw)
        if self._progress is not None and not self.number % 4096:
            self._progress.show()
        return text

    def _checked(self, raw: bytes) -> str:
        if len(raw) == _LINE_BYTES:
            raise self._faults.stop(f"line {count(self.number)} is longer than {_LINE_BYTES // 1_000_000} MB")
        if self.bytes > MAX_BYTES:
            raise self._faults.stop(
                f"it has more than {MAX_BYTES // 1_000_000} MB unpacked, which is what Mixpanel takes"
            )
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            raise self._faults.stop(f"line {count(self.number)} is not UTF-8") from None
        if "\0" in text:
            raise self._faults.stop(f"line {count(self.number)} holds a NUL character")
        return text


def _read(lines: _Lines, faults: _Faults, packed: Path) -> tuple[LookupFile, "array.array[int]"]:
    """Every record, in one pass; also a hash of each id, to find doubles by."""
    records = _records(lines, faults)
    header = next(records, None)
    if header is None:
        raise faults.stop("it is empty")
    _check_header(header, faults)
    hashes = array.array("q")
    for row in records:
        if len(row) != len(header):
            has = plural(len(row), "field") if row else "no fields"
            faults.add(f"line {count(lines.first)} has {has} and the header has {len(header)}")
        elif not row[0].strip():
            faults.add(f"line {count(lines.first)} has a blank id")
        hashes.append(hash(row[0]) if row else 0)
        if len(hashes) > MAX_ROWS:
            raise faults.stop(f"it has more than {count(MAX_ROWS)} rows, which is what Mixpanel takes")
    if not hashes and not faults.number:
        faults.add("it has a header and no rows, so it would empty the table")
    return LookupFile(packed, tuple(header), len(hashes), lines.bytes), hashes


def _records(lines: _Lines, faults: _Faults) -> Iterator[list[str]]:
    csv.field_size_limit(_LINE_BYTES)
    reader = csv.reader(lines, strict=True)
    while True:
        lines.start_record()
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise faults.stop(f"the record on line {count(lines.first)} is no CSV ({error})") from error
        if row is None:
            return
        # Python's reader takes a quote within an unquoted field; RFC 4180 and the vendor do not.
        if '"' in lines.record and not _RECORD.fullmatch(lines.record):
            raise faults.stop(f"the record on line {count(lines.first)} has a quote where none may be")
        yield row


def _check_header(header: list[str], faults: _Faults) -> None:
    for number, name in enumerate(header, start=1):
        if not name.strip():
            faults.add(f"column {number} of the header has no name")
        elif name in header[: number - 1]:
            faults.add(f"the header has the column {safe(name)!r} twice")


def _find_doubles(packed: Path, hashes: "array.array[int]", faults: _Faults) -> None:
    """Ids that stand on two lines: equal hashes are looked at again, in the copy."""
    suspects = _equal_ones(hashes)
    if not suspects:
        return
    seen: dict[str, int] = {}
    with gzip.open(packed) as stream:
        lines = _Lines(stream, None, packed.name, None)  # type: ignore[arg-type]
        for number, row in enumerate(_records(lines, faults)):
            if number and hash(row[0]) in suspects:
                first = seen.setdefault(row[0], lines.first)
                if first != lines.first:
                    faults.add(
                        f"line {count(lines.first)} has the id {safe(row[0][:100])!r} of line {count(first)}"
                    )


def _equal_ones(hashes: "array.array[int]") -> set[int]:
    """Numbers that are there more than once; at most some thousands of them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    numbers = pa.Array.from_buffers(pa.int64(), len(hashes), [None, pa.py_buffer(hashes)])
    ordered = numbers.take(pc.sort_indices(numbers))
    same = pc.equal(ordered.slice(0, max(0, len(ordered) - 1)), ordered.slice(1))
    return set(ordered.slice(1).filter(same).slice(0, 5_000).to_pylist())


class _Moved:
    """A bar over the bytes of a file, whatever it is unpacked to."""

    def __init__(self, file: BinaryIO, progress: Progress) -> None:
        self._file, self._progress, self._before = file, progress, 0

    def show(self) -> None:
        """Count what was read since the last call."""
        at = self._file.tell() // 1000
        if at > self._before:
            self._progress.add(at - self._before)
            self._before = at


@contextlib.contextmanager
def _opened(source: Path) -> Iterator[tuple[BinaryIO, _Moved]]:
    """The unpacked content; gzip is told by its first bytes. Raises LocalError."""
    try:
        with source.open("rb") as file, Progress(source.stat().st_size // 1000, "kB checked") as progress:
            packed = file.read(2) == _GZIP
            file.seek(0)
            stream: BinaryIO = gzip.GzipFile(fileobj=file) if packed else file  # type: ignore[assignment]
            yield stream, _Moved(file, progress)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise LocalError(
            f"{safe(source.name)} is no whole gzip file ({error}): make it anew and run the same command again."
        ) from error
    except OSError as error:
        raise LocalError(
            f"{safe(source)} cannot be read ({error.strerror}): name another file and run the command again."
        ) from error


class _Copy:
    """A gzip file of mode 0600, written in large pieces; the same content gives the same bytes."""

    def __init__(self, path: Path) -> None:
        from isal import igzip

        self._file = os.fdopen(open_private(path, os.O_WRONLY | os.O_EXCL), "wb")
        self._stream = igzip.IGzipFile("", "wb", 1, self._file, mtime=0)
        self._waiting = bytearray()

    def write(self, data: bytes) -> None:
        """Take a line. Raises LocalError."""
        self._waiting += data
        if len(self._waiting) > _COPY_BYTES:
            self._flush()

    def finish(self) -> None:
        """Write the end of it. Raises LocalError."""
        self._flush()
        with _writing():
            self._stream.close()
            self._file.close()

    def _flush(self) -> None:
        with _writing():
            self._stream.write(bytes(self._waiting))
        self._waiting.clear()


@contextlib.contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LocalError(
            f"The packed copy of the table cannot be written ({error.strerror}): free space in the state folder and run the "
            "same command again."
        ) from error
