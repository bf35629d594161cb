"""One window of Amplitude's Export API: asked for, streamed to disk, unpacked, verified, landed, recorded.

Source of the statuses: Amplitude docs, Export API: 404 no data in the range, 400 over 4 GB, 504 timed out because it is
large. A member that holds data and cannot be read fails the whole window, of which then nothing lands: the answer can be
asked for again, and half an hour that looks like a whole one would be a loss that nobody sees.
"""

import datetime as dt
import hashlib
import threading
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crosswalk.extract.amplitude_names import is_export, is_marker, place_of, read_name
from crosswalk.extract.amplitude_shelf import STAMP, Shelf, file_hour
from crosswalk.extract.archive import BadArchiveError, LeftOut, Taken, members
from crosswalk.extract.disk import FACTOR, check_free
from crosswalk.extract.http import BadBodyError, Client, Reply
from crosswalk.extract.landing import Landing, remove_folder, writing
from crosswalk.extract.line_diff import differences
from crosswalk.extract.manifest import Manifest
from crosswalk.extract.meter import Meter, window_line
from crosswalk.extract.staged import commit
from crosswalk.extract.windows import Window
from crosswalk.files import private_folder
from crosswalk.gzip_stream import fault_of
from crosswalk.output import log, plural, safe
from crosswalk.push.stop import Stop, Stopped

PATH = "/api/2/export"
# Twice the vendor's limit of 4 GB for a whole answer.
BODY_CAP = 8_000_000_000
# Damaged answers, and time-outs of a single hour, before a window is halved or given up.
TRIES = 4
_ANSWERS = frozenset({200, 400, 404, 504})


class TooLargeError(Exception):
    """The vendor says that the window is too large."""


class DamagedError(Exception):
    """The window's answer stayed damaged, or, for a single hour, too large; `zip` is the last body where there is one."""

    def __init__(self, why: str, left_out: list[LeftOut], body: Path | None) -> None:
        super().__init__(why)
        self.left_out = left_out
        self.body = body


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


def fetch_window(desk: Desk, window: Window) -> Landed:
    """Ask for one window and land it. Raises TooLargeError, DamagedError, and what the client and the disk raise."""
    check_free(desk.landing.dest, desk.shelf.bytes_an_hour() * window.hours * FACTOR, f"the window {window}")
    body = desk.landing.part(f"{window.start:%Y%m%dT%H}-{window.hours}h")
    stage = desk.landing.stage()
    query = {"start": f"{window.start:%Y%m%dT%H}", "end": f"{window.end:%Y%m%dT%H}"}
    started = time.monotonic()
    attempt = _Attempt(desk, window, body, stage)
    try:
        landed = desk.client.fetch(PATH, query, attempt.take, _ANSWERS)
        seconds = time.monotonic() - started
        desk.meter.done(
            str(window),
            window.hours,
            window_line(str(window), landed.files, landed.rows, landed.bytes, seconds),
            landed.rows,
        )
        return landed
    except DamagedError:
        raise
    except BaseException:
        body.unlink(missing_ok=True)
        raise
    finally:
        if not (stage / "intent").exists():
            remove_folder(stage)


class _Attempt:
    """Reads answers to one window; counts the ones that were damaged."""

    def __init__(self, desk: Desk, window: Window, body: Path, stage: Path) -> None:
        self._desk, self._window, self._body, self._stage = desk, window, body, stage
        self._bad = 0

    def take(self, reply: Reply) -> Landed:
        if reply.status == 404:
            return _land_nothing(self._desk, self._window)
        if reply.status in (400, 504):
            self._too_large(reply)
        sha256, size = _download(self._desk, self._window, reply, self._body)
        taken, left_out, why = self._unpack()
        missing = [one for one in left_out if one.missing]
        if why or missing:
            why = why or f"{missing[0].path}: {missing[0].why}"
            self._desk.meter.received(str(self._window), -size)
            self._give_up_after_some(f"its zip is damaged ({safe(why)})", left_out)
        self._body.unlink()
        return _land(self._desk, self._window, taken, left_out, self._stage, sha256, size)

    def _too_large(self, reply: Reply) -> None:
        if self._window.hours > 1:
            raise TooLargeError
        said = f"status {reply.status} for a single hour ({safe(reply.text())})"
        if reply.status == 504:
            self._give_up_after_some(said, [])
        raise DamagedError(
            f"{said}: Amplitude exports an hour above 4 GB to Amazon S3 only; give that folder to --from-dir",
            [],
            None,
        )

    def _give_up_after_some(self, why: str, left_out: list[LeftOut]) -> None:
        self._bad += 1
        if self._bad < TRIES:
            raise BadBodyError(why)
        raise DamagedError(why, left_out, self._body if self._body.exists() else None)

    def _unpack(self) -> tuple[list[Taken], list[LeftOut], str]:
        """Members to the stage, numbered; and why the zip as a whole is none, or ""."""
        taken: list[Taken] = []
        left_out: list[LeftOut] = []
        for old in self._stage.iterdir():
            old.unlink()
        try:
            for one in members(self._body, lambda: self._stage / uuid.uuid4().hex, is_export, is_marker):
                if self._desk.stop.is_set():
                    raise Stopped
                (taken if isinstance(one, Taken) else left_out).append(one)  # type: ignore[arg-type]
        except BadArchiveError as error:
            return taken, left_out, str(error)
        return taken, left_out, ""


def _download(desk: Desk, window: Window, reply: Reply, body: Path) -> tuple[str, int]:
    """The answer's SHA-256 and size in bytes; it is on the disk as it came."""
    announced = int(reply.headers.get("content-length") or 0)
    check_free(desk.landing.dest, announced * 2, f"the window {window}")
    digest, size = hashlib.sha256(), 0
    with writing(body) as file:
        for data in reply.chunks():
            size += len(data)
            if size > BODY_CAP:
                raise BadBodyError("it is far above the 4 GB that Amplitude's export ends at")
            digest.update(data)
            file.write(data)
            desk.meter.received(str(window), len(data))
    return digest.hexdigest(), size


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


def _land_nothing(desk: Desk, window: Window) -> Landed:
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


def _land(
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
            desk,
            window,
            "whole",
            project=min(projects, default=""),
            bytes=size,
            sha256=sha256,
            rows=rows,
            files=files,
            left_out=_listed(left_out),
            new_rows=added,
        )
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


def keep_damaged(desk: Desk, window: Window, error: DamagedError) -> Path | None:
    """Set the damaged body aside, where a person can look at it, and record the window as damaged."""
    kept = None
    if error.body and error.body.exists():
        private_folder(desk.landing.work / "damaged")
        kept = desk.landing.land(error.body, f".extract/damaged/{window.start:%Y-%m-%dT%H}.zip")
    record = _new_record(
        desk,
        window,
        "damaged",
        why=str(error),
        left_out=_listed(error.left_out),
    )
    with desk.landing_lock:
        desk.manifest.append(record)
        desk.shelf.note(record)
    return kept
