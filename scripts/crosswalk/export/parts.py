"""Cutting sorted rows into parts: one folder and one day each, and within a day no larger than the part size."""

import contextlib
import datetime as dt
import gzip
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc

from crosswalk.errors import ConfigError
from crosswalk.files import open_private, private_folder

# Year first and zero-padded, so that the order of the names is the order of time (PostHog's job reads keys in it).
NAME = re.compile(r"((import|engage|groups)/)?\d{4}-\d{2}-\d{2}_\d{6}\.jsonl(\.gz)?")
_DAY = 86_400_000_000
_EPOCH = dt.date(1970, 1, 1)
_GZIP_LEVEL = 6


@dataclass(frozen=True)
class Part:
    """A finished part: `bytes` and `sha256` are of the file as it is stored, `unpacked_bytes` of its lines."""

    name: str
    lines: int
    bytes: int
    unpacked_bytes: int
    sha256: str


class _Hashed:
    """The file below a part: counts and hashes what is stored."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.bytes = 0

    def write(self, data: bytes) -> int:
        self._file.write(data)
        self._hash.update(data)
        self.bytes += len(data)
        return len(data)

    def flush(self) -> None:
        self._file.flush()

    def digest(self) -> str:
        return self._hash.hexdigest()


class PartWriter:
    """One part while it is written, in a temporary file of mode 0600. Raises OSError where the disk does not take it."""

    def __init__(self, name: str, path: Path, packed: bool) -> None:
        self.name = name
        self.path = path
        self.lines = self.unpacked = 0
        private_folder(path.parent)
        self._file = os.fdopen(open_private(path, os.O_WRONLY | os.O_TRUNC), "wb")
        self._below = _Hashed(self._file)
        # no time and no name in the header: the bytes depend on the lines alone
        self._gzip = (
            gzip.GzipFile(filename="", mode="wb", compresslevel=_GZIP_LEVEL, fileobj=self._below, mtime=0)
            if packed
            else None
        )

    def write(self, data: bytes, lines: int) -> None:
        """Append whole lines."""
        (self._gzip or self._below).write(data)
        self.lines += lines
        self.unpacked += len(data)

    def finish(self) -> Part:
        """Close the file; it is on the disk when this returns."""
        if self._gzip:
            self._gzip.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return Part(self.name, self.lines, self._below.bytes, self.unpacked, self._below.digest())

    def discard(self) -> None:
        """Throw the unfinished file away."""
        with contextlib.suppress(OSError):
            self._file.close()
        self.path.unlink(missing_ok=True)


class Cutter:
    """Writes sorted rows into parts and hands each finished one on, with the path of its temporary file."""

    def __init__(
        self,
        workplace: Callable[[str], Path],
        publish: Callable[[Part, Path], None],
        part_size: int,
        packed: bool,
    ) -> None:
        self._workplace = workplace
        self._publish = publish
        self._part_size = part_size
        self._packed = packed
        self._day: int | None = None
        self._closed: set[int] = set()
        self._open: dict[str, PartWriter] = {}
        self._numbers: dict[str, int] = {}

    def add(self, rows: pa.RecordBatch) -> None:
        """Write the next rows."""
        for day, of_day in _by_day(rows):
            if day != self._day:
                self._close_all()
                self._numbers.clear()
                self._turn_to(day)
            for folder, lines in _by_folder(of_day):
                self._write(folder, lines)

    def finish(self) -> None:
        """Finish the last parts."""
        self._close_all()

    def discard(self) -> None:
        """Throw away what is not finished."""
        for writer in self._open.values():
            writer.discard()
        self._open.clear()

    def _turn_to(self, day: int) -> None:
        """Raises ConfigError for a day that was closed: its parts would be written over."""
        if day in self._closed:
            raise ConfigError(
                "The payloads are not in the order of their days, so parts would be written over: run `dbt build`, then the "
                "same command again."
            )
        self._closed.add(day)
        self._day = day

    def _write(self, folder: str, lines: pa.Array) -> None:
        sizes = pc.binary_length(lines).to_pylist()
        start = 0
        while start < len(sizes):
            writer = self._open.get(folder) or self._start(folder)
            room, end = self._part_size - writer.unpacked, start
            while end < len(sizes) and sizes[end] <= room:
                room -= sizes[end]
                end += 1
            if end == start and not writer.lines:
                end = start + 1
            if end > start:
                writer.write(_text(lines.slice(start, end - start)), end - start)
            if end < len(sizes):
                self._close(folder)
            start = end

    def _start(self, folder: str) -> PartWriter:
        number = self._numbers[folder] = self._numbers.get(folder, 0) + 1
        day = _EPOCH + dt.timedelta(days=self._day or 0)
        stem = f"{folder}/{day.isoformat()}" if folder else day.isoformat()
        name = f"{stem}_{number:06}.jsonl{'.gz' if self._packed else ''}"
        writer = self._open[folder] = PartWriter(name, self._workplace(name), self._packed)
        return writer

    def _close(self, folder: str) -> None:
        writer = self._open[folder]
        part = writer.finish()
        self._publish(part, writer.path)
        del self._open[folder]

    def _close_all(self) -> None:
        for folder in sorted(self._open):
            self._close(folder)


def _by_day(rows: pa.RecordBatch) -> Iterator[tuple[int, pa.RecordBatch]]:
    runs = pc.run_end_encode(pc.divide(rows.column("at"), _DAY))
    start = 0
    for day, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
        yield day, rows.slice(start, end - start)
        start = end


def _by_folder(rows: pa.RecordBatch) -> Iterator[tuple[str, pa.Array]]:
    folders = pc.unique(rows.column("folder")).to_pylist()
    for folder in sorted(folders):
        chosen = (
            rows
            if len(folders) == 1
            else rows.filter(pc.equal(rows.column("folder"), pa.scalar(folder, pa.string())))
        )
        yield folder, chosen.column("line")


def _text(lines: pa.Array) -> bytes:
    """The lines as they stand in the column's own buffer; a break inside of one, white space in JSON, becomes a space."""
    _, offsets, data = lines.buffers()
    ends = memoryview(offsets).cast("B").cast("i")
    text = bytes(memoryview(data)[ends[lines.offset] : ends[lines.offset + len(lines)]])
    if text.count(b"\n") == len(lines):
        return text
    return b"".join(line[:-1].replace(b"\n", b" ") + b"\n" for line in lines.to_pylist())
