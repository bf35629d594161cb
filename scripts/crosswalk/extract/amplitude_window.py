"""One window of Amplitude's Export API: asked for, streamed to disk, unpacked, verified, landed, recorded.

Source of the statuses: Amplitude docs, Export API: 404 no data in the range, 400 over 4 GB, 504 timed out because it is
large. A member that holds data and cannot be read fails the whole window, of which then nothing lands: the answer can be
asked for again, and half an hour that looks like a whole one would be a loss that nobody sees.
"""

import hashlib
import time
import uuid
from pathlib import Path

from crosswalk.extract.amplitude_land import Desk, Landed, land, land_nothing
from crosswalk.extract.amplitude_names import is_export, is_marker
from crosswalk.extract.archive import NO_EXPORT, BadArchiveError, LeftOut, Taken, members
from crosswalk.extract.disk import FACTOR, check_free
from crosswalk.extract.http import BadBodyError, Reply
from crosswalk.extract.landing import remove_folder, writing
from crosswalk.extract.meter import window_line
from crosswalk.extract.windows import Window
from crosswalk.output import log, plural, safe
from crosswalk.push.stop import Stopped

PATH = "/api/2/export"
# Twice the vendor's limit of 4 GB for a whole answer.
BODY_CAP = 8_000_000_000
LOOK_AT_DISK_BYTES = 64 << 20
# Damaged answers, and time-outs of a single hour, before a window is halved or given up.
TRIES = 3
_ANSWERS = frozenset({200, 400, 404, 504})


class TooLargeError(Exception):
    """The vendor says that the window is too large."""


class DamagedError(Exception):
    """The window's answer stayed damaged, or, for a single hour, too large; `zip` is the last body where there is one."""

    def __init__(self, why: str, left_out: list[LeftOut], body: Path | None) -> None:
        super().__init__(why)
        self.left_out = left_out
        self.body = body


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
            return self._nothing()
        if reply.status in (400, 504):
            self._too_large(reply)
        sha256, size = _download(self._desk, self._window, reply, self._body)
        taken, left_out, why = self._unpack()
        missing = [one for one in left_out if one.missing]
        if why or missing:
            why = why or f"{missing[0].path}: {missing[0].why}"
            self._desk.meter.received(str(self._window), -size)
            self._give_up_after_some(f"its zip is damaged ({safe(why)})", left_out)
        strange = [one for one in left_out if one.why == NO_EXPORT]
        if strange and not taken:
            self._give_up_after_some(
                f"no file in its zip has the name of an export, as {safe(strange[0].path)}", left_out
            )
        if strange:
            log.warning(
                f"{self._window}: left out {plural(len(strange), 'file')} whose names are no export's, {safe(strange[0].path)}"
            )
        self._body.unlink()
        if not taken:
            return self._nothing()
        return land(self._desk, self._window, taken, left_out, self._stage, sha256, size)

    def _nothing(self) -> Landed:
        landed, lost = land_nothing(self._desk, self._window)
        if lost:
            raise DamagedError(
                f"Amplitude says now that there is no data, and {plural(len(lost), 'file')} that it gave before, such as "
                f"{safe(lost[0])}, is not on the disk, whole: put it back",
                [],
                None,
            )
        return landed

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
    announced = reply.headers.get("content-length", "")
    looked = int(announced) if announced.isdecimal() else 0
    check_free(desk.landing.dest, looked * 2, f"the window {window}")
    digest, size = hashlib.sha256(), 0
    with writing(body) as file:
        for data in reply.chunks():
            size += len(data)
            if size > BODY_CAP:
                raise BadBodyError("it is far above the 4 GB that Amplitude's export ends at")
            if size > looked:  # an answer that does not say its size, or not the right one
                looked = size + LOOK_AT_DISK_BYTES
                check_free(desk.landing.dest, LOOK_AT_DISK_BYTES, f"the rest of the window {window}")
            digest.update(data)
            file.write(data)
            desk.meter.received(str(window), len(data))
    return digest.hexdigest(), size
