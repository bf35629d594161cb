"""An Amplitude export zip to single `.json.gz` files.

Members are read by handle and written under a name of our own making, so nothing in the archive decides where a byte
goes. Source of the member names: Amplitude docs, Export API (`<project>/<project>_<yyyy-MM-dd>_<H>#<part>.json.gz`, the
hour not padded) and Amazon S3 export (merged users: `-<org>_<yyyy-MM-dd>_<H>.json.gz`).
"""

import itertools
import re
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crosswalk import exits
from crosswalk.errors import LocalError
from crosswalk.extract.gzip_copy import Copied, copy_gzip
from crosswalk.files import sync_folder
from crosswalk.gzip_stream import BadGzipError, content_digest
from crosswalk.output import plural, safe, size, table
from crosswalk.progress import Progress

_NAME = re.compile(r"(-?\d{1,20}_\d{4}-\d{2}-\d{2}(?:_\d{1,2})?(?:#\d{1,10})?)\.json\.gz", re.ASCII)
_MEMBERS_CAP = 1_000_000
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


def extract_zip(archive: Path, dest: Path) -> list[Member]:
    """Write the members and say what became of each. Raises LocalError for the archive as a whole, or a full disk."""
    try:
        dest.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(archive) as file:
            infos = file.infolist()
            if len(infos) > _MEMBERS_CAP:
                raise LocalError(
                    f"{archive} holds {len(infos):,} members, more than any export: check where it comes from."
                )
            with Progress(len(infos), "members") as progress:
                return list(_members(file, infos, dest, progress))
    except FileNotFoundError as error:
        raise LocalError(f"There is no file {archive}: check the path of --from-zip.") from error
    except zipfile.BadZipFile as error:
        raise LocalError(f"{archive} is not a whole zip file ({error}): download it again.") from error
    except OSError as error:
        raise LocalError(
            f"{error.filename or dest} could not be read or written: {error.strerror}. Free space and run the same command again."
        ) from error


def _members(
    file: zipfile.ZipFile, infos: list[zipfile.ZipInfo], dest: Path, progress: Progress
) -> Iterator[Member]:
    for info in infos:
        why = _why_skipped(info)
        yield Member(info.filename, "skipped", note=why) if why else _write(file, info, dest)
        progress.add()
    sync_folder(dest)


def _basename(info: zipfile.ZipInfo) -> str:
    return info.filename.replace("\\", "/").rpartition("/")[2]


def _why_skipped(info: zipfile.ZipInfo) -> str:
    name = _basename(info)
    if info.is_dir() or not name:
        return "a folder"
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
        return "a link or device"
    if info.flag_bits & 0x1:
        return "encrypted"
    if name.lower().endswith(".zip"):
        return "a zip in the zip: unpack it, then give it to --from-zip"
    if "complete" in name.lower() or name.startswith("_SUCCESS"):
        return "a marker"
    return "" if _NAME.fullmatch(name) else "not an Amplitude export file by its name"


def _write(file: zipfile.ZipFile, info: zipfile.ZipInfo, dest: Path) -> Member:
    """Copy to a `.part` file, verify to the end, then give it its name."""
    name = _basename(info)
    part = dest / f".{name}.part"
    try:
        with file.open(info) as source:
            copied = copy_gzip(source, info.compress_size, part)
    # zipfile says NotImplementedError of a compression method that it cannot read, RuntimeError of a password
    except (BadGzipError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        part.unlink(missing_ok=True)
        return Member(info.filename, "corrupt", note=str(error) or type(error).__name__)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return _name_it(part, name, info, dest, copied)


def _name_it(part: Path, name: str, info: zipfile.ZipInfo, dest: Path, copied: Copied) -> Member:
    """Its own name; where that is taken by other content, the first free `-2`, `-3` …; the same content is not kept twice."""
    stem = name.removesuffix(".json.gz")
    for number in itertools.count(1):
        path = dest / (name if number == 1 else f"{stem}-{number}.json.gz")
        if not path.exists():
            part.replace(path)
            note = "" if number == 1 else f"another file is named {name}"
            return Member(info.filename, "written", path.name, copied.size, copied.lines, note)
        if _digest(path) == copied.digest:
            part.unlink()
            return Member(
                info.filename,
                "same",
                path.name,
                copied.size,
                copied.lines,
                "there already, with the same content",
            )
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
