"""Landing a window of Amplitude's Export API: named, compared with what was there, renamed together, recorded."""

import datetime as dt
import threading
import uuid
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
from crosswalk.gzip_stream import fault_of
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


def land_nothing(desk: Desk, window: Window) -> Landed:
    """404: all hours are empty. What an earlier answer gave for them stays."""
    with desk.landing_lock:
        kept = desk.shelf.recorded_files(window.all_hours())
        if kept:
            log.warning(
                f"{window}: Amplitude says now that there is no data; the {plural(len(kept), 'file')} of before stay."
            )
            return Landed()
        record = _new_record(desk, window, "empty")
        desk.manifest.append(record)
        desk.shelf.note(record)
        return Landed(record=record)


def land(
    desk: Desk,
    window: Window,
    taken: list[Taken],
    left_out: list[LeftOut],
    stage: Path,
    sha256: str,
    size: int,
) -> Landed:
    named = _named(taken)
    projects = {said.project for one in taken if (said := read_name(one.name)) and not said.merged}
    files = [_file(one, place, window) for place, one in named.items()]
    rows = sum(one.copied.lines for one in named.values())
    with desk.landing_lock:
        if desk.stop.is_set():
            raise Stopped
        old = desk.shelf.files_of(projects, window.all_hours())
        old = sorted(set(old) | set(desk.shelf.recorded_files(window.all_hours())))
        known = all(desk.shelf.is_there(hour) for hour in window.all_hours())
        added, gone, same = _compared(desk, old, [one.part for one in named.values()], rows)
        if same and known:
            return Landed(rows, len(files), size)
        record = _new_record(
            desk, window, "whole", project=min(projects, default=""), bytes=size, sha256=sha256, rows=rows
        )
        record |= {"files": files, "left_out": _listed(left_out), "new_rows": added}
        kept_in = f"replaced/{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S}-{record['id'][:8]}" if gone else ""
        staged = {one.part.name: place for place, one in named.items()}
        commit(desk.landing, desk.manifest, stage, staged, record, old, kept_in)
        desk.shelf.note(record)
    if gone:
        log.warning(
            f"{window}: files on the disk held {plural(gone, 'row')} that Amplitude no longer sends, or could not be read; "
            f"they are kept in {desk.landing.work / kept_in}."
        )
    return Landed(rows, len(files), size, added if known else 0, gone, record)


def _named(taken: Iterable[Taken]) -> dict[str, Taken]:
    """Place below the destination -> member; a name that comes twice with other content is numbered."""
    named: dict[str, Taken] = {}
    for one in taken:
        place, number = place_of(one.name), 1
        while place in named and named[place].copied.digest != one.copied.digest:
            number += 1
            place = place_of(f"{one.name.removesuffix('.json.gz')}-{number}.json.gz")
        if place in named:
            one.part.unlink()
        else:
            named[place] = one
    return named


def _file(one: Taken, place: str, window: Window) -> dict[str, Any]:
    return {
        "name": place,
        "hour": file_hour(one.name, window).strftime(STAMP),
        "bytes": one.copied.size,
        "sha256": one.copied.sha256,
        "rows": one.copied.lines,
        "mtime_ns": one.part.stat().st_mtime_ns,
    }


def _listed(left_out: list[LeftOut]) -> list[dict[str, str]]:
    """For the record: the members that were not taken, but for plain folders."""
    return [
        {"member": safe(one.path), "why": safe(one.why)} for one in left_out if not one.path.endswith("/")
    ]


def _compared(desk: Desk, old: list[str], new: list[Path], rows: int) -> tuple[int, int, bool]:
    """Rows that are new, rows that are gone (an unreadable file counts as one), and whether nothing changed."""
    paths = [path for name in old if (path := desk.landing.dest / name).exists()]
    if not paths:
        return rows, 0, False
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
    )
    with desk.landing_lock:
        desk.manifest.append(record)
        desk.shelf.note(record)
    return kept
