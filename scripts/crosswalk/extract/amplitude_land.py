"""Landing a window of Amplitude's Export API: named, compared with what was there, renamed together, recorded."""

import datetime as dt
import threading
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crosswalk.extract.amplitude_names import place_of, read_name
from crosswalk.extract.amplitude_shelf import STAMP, Shelf, file_hour
from crosswalk.extract.archive import LeftOut, Taken
from crosswalk.extract.http import Client
from crosswalk.extract.landing import Landing
from crosswalk.extract.line_diff import differences
from crosswalk.extract.manifest import Manifest
from crosswalk.extract.meter import Meter
from crosswalk.extract.staged import commit
from crosswalk.extract.windows import Window
from crosswalk.files import private_folder
from crosswalk.gzip_stream import BadGzipError, content_digest, fault_of
from crosswalk.output import log, plural, safe
from crosswalk.push.stop import Stop, Stopped


@dataclass
class Landed:
    """What a window gave: rows, files, bytes over the wire; `added` and `gone` are against what was there before."""

    rows: int = 0
    files: int = 0
    bytes: int = 0
    added: int = 0
    gone: int = 0
    record: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Desk:
    """Everything that the windows of a run share; `landing_lock` lets one window land at a time."""

    client: Client
    landing: Landing
    manifest: Manifest
    shelf: Shelf
    meter: Meter
    stop: Stop
    account: str
    landing_lock: threading.Lock = field(default_factory=threading.Lock)


def _new_record(desk: Desk, window: Window, status: str, **more: Any) -> dict[str, Any]:
    return {
        "id": uuid.uuid4().hex,
        "kind": "window",
        "account": desk.account,
        "project": desk.shelf.project,
        "start": window.start.strftime(STAMP),
        "hours": window.hours,
        "status": status,
        "bytes": 0,
        "rows": 0,
        "files": [],
        **more,
        "fetched_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    }


def land_nothing(desk: Desk, window: Window) -> tuple[Landed, list[str]]:
    """404: all hours are empty. What an earlier answer gave for them stays; the names of what is not whole are returned."""
    with desk.landing_lock:
        kept = desk.shelf.recorded_files(window.all_hours())
        lost = desk.shelf.lost_files(window.all_hours())
        if lost:
            return Landed(), lost
        if kept:
            log.warning(
                f"{window}: Amplitude says now that there is no data; the {plural(len(kept), 'file')} of before stay."
            )
            return Landed(), []
        record = _new_record(desk, window, "empty")
        desk.manifest.append(record)
        desk.shelf.note(record)
        return Landed(record=record), []


def land(
    desk: Desk,
    window: Window,
    taken: list[Taken],
    left_out: list[LeftOut],
    stage: Path,
    sha256: str,
    size: int,
) -> Landed:
    """Land what a window's answer holds, hour by hour: an hour whose rows are the same keeps its files."""
    projects = {said.project for one in taken if (said := read_name(one.name)) and not said.merged}
    with desk.landing_lock:
        if desk.stop.is_set():
            raise Stopped
        old = {*desk.shelf.files_of(projects, window.all_hours())}
        old |= {*desk.shelf.recorded_files(window.all_hours())}
        named = _apart(desk, _named(taken), old)
        changes = _changes(desk, window, old, named)
        rows = sum(one.copied.lines for one in named.values())
        changed = [change for change in changes if not change.same]
        if not changed:
            return Landed(rows, len(named), size)
        added, gone = (sum(getattr(change, name) for change in changed) for name in ("added", "gone"))
        record = _new_record(
            desk, window, "whole", project=min(projects, default=""), bytes=size, sha256=sha256, rows=rows
        )
        record |= {"files": [file for change in changes for file in change.files]}
        record |= {"left_out": _listed(left_out), "new_rows": added}
        kept_in = f"replaced/{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S}-{record['id'][:8]}" if gone else ""
        staged = {named[place].part.name: place for change in changed for place in change.new}
        replaced = sorted(name for change in changed for name in change.old)
        commit(desk.landing, desk.manifest, stage, staged, record, replaced, kept_in)
        desk.shelf.note(record)
    if gone:
        log.warning(
            f"{window}: files on the disk held {plural(gone, 'row')} that Amplitude no longer sends, or could not be read; "
            f"they are kept in {desk.landing.work / kept_in}."
        )
    late = sum(change.added for change in changed if change.known)
    return Landed(rows, len(named), size, late, gone, record)


def _named(taken: Iterable[Taken]) -> dict[str, Taken]:
    """Place below the destination -> member; a name that comes twice with other content is numbered."""
    named: dict[str, Taken] = {}
    for one in taken:
        place, number = place_of(one.name), 1
        while place in named and named[place].copied.digest != one.copied.digest:
            number += 1
            place = _numbered(one, number)
        if place in named:
            one.part.unlink()
        else:
            named[place] = one
    return named


def _apart(desk: Desk, named: dict[str, Taken], old: set[str]) -> dict[str, Taken]:
    """The same, but where a file of another window or project has the name already (days before 2014-11-12, merged users of
    an organisation), the new one is numbered, or is that file where the content is the same."""
    apart: dict[str, Taken] = {}
    for wanted, one in named.items():
        place, number = wanted, 1
        while place in apart or (place not in old and _is_other(desk.landing.dest / place, one)):
            number += 1
            place = _numbered(one, number)
        apart[place] = one
    return apart


def _is_other(path: Path, one: Taken) -> bool:
    try:
        return path.exists() and content_digest(path) != one.copied.digest
    except BadGzipError:
        return True


def _numbered(one: Taken, number: int) -> str:
    return place_of(f"{one.name.removesuffix('.json.gz')}-{number}.json.gz")


def _file(one: Taken, place: str, hour: str) -> dict[str, Any]:
    return {
        "name": place,
        "hour": hour,
        "bytes": one.copied.size,
        "sha256": one.copied.sha256,
        "rows": one.copied.lines,
        "mtime_ns": one.part.stat().st_mtime_ns,
    }


@dataclass(frozen=True)
class _Change:
    """An hour: `old` names on the disk and `new` ones, the files that stand for it from now on, rows that are new and gone;
    `known`: it was there before, whole."""

    old: list[str]
    new: list[str]
    files: list[dict[str, Any]]
    added: int
    gone: int
    same: bool
    known: bool


def _changes(desk: Desk, window: Window, old: set[str], named: dict[str, Taken]) -> list[_Change]:
    booked = {file["name"]: file["hour"] for file in desk.shelf.entries(window.all_hours())}
    before, after = defaultdict(list), defaultdict(list)
    for name in sorted(old):
        hour = booked.get(name) or file_hour(Path(name).name, window).strftime(STAMP)
        before[hour].append(name)
    for place, one in named.items():
        after[file_hour(one.name, window).strftime(STAMP)].append(place)
    return [
        _change(
            desk, hour, before[f"{hour:{STAMP}}"], {place: named[place] for place in after[f"{hour:{STAMP}}"]}
        )
        for hour in window.all_hours()
    ]


def _change(desk: Desk, hour: dt.datetime, old: list[str], new: dict[str, Taken]) -> _Change:
    known = desk.shelf.is_there(hour)
    rows = sum(one.copied.lines for one in new.values())
    added, gone, same = _compared(desk, old, [one.part for one in new.values()], rows)
    if known and same:
        return _Change(old, [], desk.shelf.entries([hour]), 0, 0, True, True)
    shared = {place for place in new if place not in old and (desk.landing.dest / place).exists()}
    files = desk.shelf.describe(sorted(shared), hour) or []
    files += [_file(one, place, f"{hour:{STAMP}}") for place, one in new.items() if place not in shared]
    return _Change(old, [place for place in new if place not in shared], files, added, gone, False, known)


def _listed(left_out: list[LeftOut]) -> list[dict[str, str]]:
    """For the record: the members that were not taken, but for plain folders."""
    return [
        {"member": safe(one.path), "why": safe(one.why)} for one in left_out if not one.path.endswith("/")
    ]


def _compared(desk: Desk, old: list[str], new: list[Path], rows: int) -> tuple[int, int, bool]:
    """Rows that are new, rows that are gone (an unreadable file counts as one), and whether nothing changed."""
    paths = [path for name in old if (path := desk.landing.dest / name).exists()]
    if not paths:
        return rows, 0, not new
    damaged = [path for path in paths if fault_of(path)]
    readable = [path for path in paths if path not in damaged]
    added, gone = differences(readable, new, 2 * rows)
    return added, gone + len(damaged), not (added or gone or damaged)


def keep_damaged(
    desk: Desk, window: Window, why: str, left_out: list[LeftOut], body: Path | None
) -> Path | None:
    """Set the damaged body aside, where a person can look at it, and record the window as damaged."""
    kept = None
    if body and body.exists():
        private_folder(desk.landing.work / "damaged")
        kept = desk.landing.land(body, f".extract/damaged/{window.start:%Y-%m-%dT%H}.zip")
    record = _new_record(
        desk,
        window,
        "damaged",
        why=why,
        left_out=_listed(left_out),
        files=desk.shelf.entries(window.all_hours()),
    )
    with desk.landing_lock:
        desk.manifest.append(record)
        desk.shelf.note(record)
    return kept
