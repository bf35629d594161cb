"""Reading a zip that may be hostile: members by handle, under names of our own making, with caps on all that can grow.

Nothing in an archive decides where a byte goes: a member's path is never used, its last part is compared with the
pattern of an export file, and its bytes go to a file that the caller names. The directory is measured before it is
read, since one of millions of members would fill the memory.
"""

import os
import stat
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from crosswalk.extract.gzip_copy import BYTES_CAP, RATIO_CAP, RATIO_FROM_BYTES, Copied, copy_gzip
from crosswalk.extract.landing import writing
from crosswalk.gzip_stream import CHUNK, BadGzipError

# About 60,000 members: a day of 24 hours in 2,500 parts each.
DIRECTORY_CAP = 8 << 20
_DEPTH = 2
NO_EXPORT = "not an Amplitude export file by its name"
# Members are packed already, so together they are about as large as the archive; overlapping ones are not.
_GROWTH = 8
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_END64_PLACE = struct.Struct("<4sLQL")


class BadArchiveError(Exception):
    """The file as a whole is no zip that can be read; the message completes "it is not a whole zip file: …"."""


@dataclass(frozen=True)
class Taken:
    """A member that was copied to `part` and read to its end; `path` is its path in the archive, for people."""

    path: str
    name: str
    part: Path
    copied: Copied


@dataclass(frozen=True)
class LeftOut:
    """A member that was not taken, and why; `missing`: its name says that it holds data."""

    path: str
    why: str
    missing: bool = False


def basename(path: str) -> str:
    """The last part of a member's path, whichever slashes it has."""
    return path.replace("\\", "/").rpartition("/")[2]


def members(
    archive: Path, part: Callable[[], Path], is_data: Callable[[str], bool], is_marker: Callable[[str], bool]
) -> Iterator[Taken | LeftOut]:
    """Every member of the zip, zips inside of it too, one after the other; `part` gives a path to write the next one to.

    Raises BadArchiveError, LocalError and what the disk says.
    """
    room = RATIO_FROM_BYTES + _GROWTH * archive.stat().st_size
    for one in _walk(archive, "", part, is_data, is_marker, _DEPTH):
        yield one
        room -= one.copied.size if isinstance(one, Taken) else 0
        if room < 0:
            raise BadArchiveError("its members together are far larger than the archive")


def _walk(
    archive: Path,
    above: str,
    part: Callable[[], Path],
    is_data: Callable[[str], bool],
    is_marker: Callable[[str], bool],
    depth: int,
) -> Iterator[Taken | LeftOut]:
    for file, info in _entries(archive):
        path, name = f"{above}{info.filename}", basename(info.filename)
        inner = name.lower().endswith(".zip")
        why = _why_left_out(info, name, is_marker)
        if why:
            yield LeftOut(path, why, missing=(inner or is_data(name)) and not is_marker(name))
        elif inner and depth > 1:
            yield from _inner(file, info, path, part, is_data, is_marker, depth - 1)
        elif inner:
            yield LeftOut(path, "a zip in a zip in a zip", missing=True)
        elif is_data(name):
            yield _taken(file, info, path, name, part())
        else:
            yield LeftOut(path, NO_EXPORT)


def _entries(archive: Path) -> Iterator[tuple[zipfile.ZipFile, zipfile.ZipInfo]]:
    try:
        with archive.open("rb") as handle:
            _check_directory(handle)
            with zipfile.ZipFile(handle) as file:
                for info in file.infolist():
                    yield file, info
    except (zipfile.BadZipFile, struct.error, ValueError, UnicodeDecodeError) as error:
        raise BadArchiveError(str(error)) from error


def _why_left_out(info: zipfile.ZipInfo, name: str, is_marker: Callable[[str], bool]) -> str:
    if info.is_dir() or not name:
        return "a folder"
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
        return "a link or device"
    if info.flag_bits & 0x1:
        return "encrypted"
    return "a marker" if is_marker(name) else ""


def _taken(file: zipfile.ZipFile, info: zipfile.ZipInfo, path: str, name: str, part: Path) -> Taken | LeftOut:
    try:
        with file.open(info) as source:
            return Taken(path, name, part, copy_gzip(source, info.compress_size, part))
    # zipfile says NotImplementedError of a compression method that it cannot read, RuntimeError of a password, EOFError
    # of a member that ends too early; zlib.error and lzma's errors are of the data too
    except (
        BadGzipError,
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        ValueError,
    ) as error:
        return LeftOut(path, str(error) or type(error).__name__, missing=True)
    except Exception as error:
        if type(error).__module__ in ("zlib", "_lzma", "lzma"):
            return LeftOut(path, str(error), missing=True)
        raise


def _inner(
    file: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    path: str,
    part: Callable[[], Path],
    is_data: Callable[[str], bool],
    is_marker: Callable[[str], bool],
    depth: int,
) -> Iterator[Taken | LeftOut]:
    copy = part()
    try:
        try:
            _copy_plain(file, info, copy)
            yield from _walk(copy, f"{path}/", part, is_data, is_marker, depth)
        except (BadArchiveError, BadGzipError, NotImplementedError, RuntimeError, EOFError) as error:
            yield LeftOut(path, f"a zip in the zip that is not whole ({error})", missing=True)
    finally:
        copy.unlink(missing_ok=True)


def _copy_plain(file: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> None:
    made = 0
    with file.open(info) as source, writing(path) as target:
        while data := source.read(CHUNK):
            made += len(data)
            if made > BYTES_CAP or (made > RATIO_FROM_BYTES and made > RATIO_CAP * info.compress_size):
                raise BadGzipError(
                    f"it grows more than {RATIO_CAP} times when unpacked, which no export does"
                )
            target.write(data)


def _check_directory(handle: IO[bytes]) -> None:
    """Raises BadArchiveError where there is no directory, or one larger than any export's."""
    length = handle.seek(0, os.SEEK_END)
    start = handle.seek(max(0, length - (1 << 16) - _END.size))
    tail = handle.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise BadArchiveError("its end is missing")
    directory = _END.unpack_from(tail, at)[5]
    place = start + at - _END64_PLACE.size
    if directory == 0xFFFFFFFF and place >= 0:
        handle.seek(place)
        handle.seek(_END64_PLACE.unpack(handle.read(_END64_PLACE.size))[2])
        directory = _END64.unpack(handle.read(_END64.size))[8]
    if directory > DIRECTORY_CAP:
        raise BadArchiveError("it lists more members than any export has")
    handle.seek(0)
