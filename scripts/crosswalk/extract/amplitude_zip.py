"""Amplitude files that people already have, an export zip or a folder from S3 or GCS, to single `.json.gz` files.

Members and files are read by handle and written under a name of our own making. A file is verified to its end before it
gets its name; one that cannot be read is listed with the reason, and the others go on: unlike an answer of the API,
which can be asked for again, this file may be all there is.
"""

import itertools
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crosswalk import exits
from crosswalk.errors import LocalError
from crosswalk.extract.amplitude_names import is_export, is_marker, place_of
from crosswalk.extract.archive import NO_EXPORT, BadArchiveError, LeftOut, Taken, members
from crosswalk.extract.disk import check_free
from crosswalk.extract.gzip_copy import copy_gzip
from crosswalk.extract.landing import Landing, local_errors
from crosswalk.extract.manifest import Manifest
from crosswalk.extract.staged import finish_interrupted
from crosswalk.gzip_stream import BadGzipError, content_digest
from crosswalk.output import plural, safe, size, table
from crosswalk.progress import Progress

_ROWS_SHOWN = 40


@dataclass(frozen=True)
class Member:
    """What became of one member: `result` is written, same, skipped or corrupt; sizes in bytes."""

    name: str
    result: str
    file: str = ""
    bytes: int = 0
    lines: int = 0
    note: str = ""

    @property
    def exit_code(self) -> int:
        """A corrupt member means that data is missing."""
        return exits.LOCAL if self.result == "corrupt" else exits.DONE


def extract_files(zips: Sequence[Path], folder: Path | None, dest: Path) -> list[Member]:
    """Write the members of the zips and the files of the folder, and say what became of each.

    Raises LocalError for an archive as a whole or a full disk, LockedError where another run writes to `dest`.
    """
    for path in (*zips, *([folder] if folder else [])):
        if not path.exists():
            raise LocalError(f"There is no file {path}: check the path that you gave.")
    with Landing(dest) as landing:
        manifest = Manifest(landing.work)
        finish_interrupted(landing, manifest)
        found: list[Member] = []
        for archive in zips:
            found += _book(manifest, archive, _from_zip(archive, landing))
        if folder:
            found += _book(manifest, folder, _from_folder(folder, landing))
    return found


def _book(manifest: Manifest, origin: Path, results: Iterable[Member]) -> list[Member]:
    """All results, and a record of them: what was written, and which members are missing."""
    found = list(results)
    record: dict[str, Any] = {"kind": "files", "origin": origin.name}
    record["files"] = [
        {"name": one.file, "bytes": one.bytes, "rows": one.lines} for one in found if one.result == "written"
    ]
    record["missing"] = [{"name": one.name, "why": one.note} for one in found if one.exit_code]
    if record["files"] or record["missing"]:
        manifest.append(record)
    return found


def _from_zip(archive: Path, landing: Landing) -> Iterator[Member]:
    with local_errors(archive):
        check_free(landing.dest, archive.stat().st_size, f"unpacking {archive.name}")
        with Progress(archive.stat().st_size, "bytes") as progress:
            try:
                for one in members(archive, lambda: landing.part("member"), is_export, is_marker):
                    yield _placed(one, landing)
                    progress.add(one.copied.size if isinstance(one, Taken) else 0)
            except BadArchiveError as error:
                raise LocalError(
                    f"{archive} is not a whole zip file ({safe(error)}): download it again."
                ) from error


def _from_folder(folder: Path, landing: Landing) -> Iterator[Member]:
    """Files of a folder and all folders in it; links are not followed, markers and our own workplace are passed over."""
    paths = sorted(_files_below(folder, landing.dest.resolve()))
    with Progress(len(paths), "files") as progress:
        for path in paths:
            yield _placed(_copied(path, str(path.relative_to(folder)), landing), landing)
            progress.add()


def _files_below(folder: Path, dest: Path) -> Iterator[Path]:
    for where, folders, names in os.walk(folder):
        here = Path(where)
        if here.resolve() == dest:
            folders.clear()
            continue
        folders[:] = [one for one in folders if not one.startswith(".")]
        yield from (here / name for name in names)


def _copied(path: Path, shown: str, landing: Landing) -> Taken | LeftOut:
    if path.is_symlink() or not path.is_file():
        return LeftOut(shown, "a link or device", missing=is_export(path.name))
    if is_marker(path.name):
        return LeftOut(shown, "a marker")
    if not is_export(path.name):
        return LeftOut(shown, NO_EXPORT)
    part = landing.part(path.name)
    try:
        with path.open("rb") as source:
            return Taken(shown, path.name, part, copy_gzip(source, path.stat().st_size, part))
    except BadGzipError as error:
        return LeftOut(shown, str(error), missing=True)


def _placed(one: Taken | LeftOut, landing: Landing) -> Member:
    """Its own name; where that is taken by other content, the first free `-2`, `-3` …; the same content is not kept twice."""
    if isinstance(one, LeftOut):
        return Member(one.path, "corrupt" if one.missing else "skipped", note=one.why)
    stem = one.name.removesuffix(".json.gz")
    for number in itertools.count(1):
        name = place_of(one.name if number == 1 else f"{stem}-{number}.json.gz")
        path = landing.dest / name
        if not path.exists():
            landing.land(one.part, name)
            note = "" if number == 1 else f"another file is named {one.name}"
            return Member(one.path, "written", name, one.copied.size, one.copied.lines, note)
        if _digest(path) == one.copied.digest:
            one.part.unlink()
            note = "there already, with the same content"
            return Member(one.path, "same", name, one.copied.size, one.copied.lines, note)
    raise AssertionError("unreachable")


def _digest(path: Path) -> bytes | None:
    try:
        return content_digest(path)
    except BadGzipError:
        return None


def report_lines(members: list[Member], dest: Path, everything: bool) -> list[str]:
    """A table of what was written, and every member that was not."""
    kept = [member for member in members if member.result in ("written", "same")]
    others = [member for member in members if member.result not in ("written", "same")]
    shown = kept if everything else kept[:_ROWS_SHOWN]
    rows = [
        (
            member.file,
            size(member.bytes),
            member.lines,
            " ".join(filter(None, (member.result, member.note and f"({member.note})"))),
        )
        for member in shown
    ]
    lines = table(("file", "size", "lines", "result"), rows) if rows else []
    if len(shown) < len(kept):
        lines.append(f"  … and {plural(len(kept) - len(shown), 'more file')} (-v lists all)")
    if others:
        lines += [
            "",
            *table(
                ("member", "result", "why"), [(member.name, member.result, member.note) for member in others]
            ),
        ]
    written = [member for member in members if member.result == "written"]
    total = sum(member.lines for member in written)
    lines += ["", f"Wrote {plural(len(written), 'file')} with {plural(total, 'line')} to {safe(dest)}."]
    corrupt = sum(1 for member in members if member.result == "corrupt")
    if corrupt:
        verb = "is" if corrupt == 1 else "are"
        lines.append(
            f"{plural(corrupt, 'member')} could not be read and {verb} missing: download the export again."
        )
    return lines
