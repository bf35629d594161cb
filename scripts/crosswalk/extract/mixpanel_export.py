"""One day of the raw export API to one file: whole, or not there.

Source: Mixpanel docs, raw event export, and its OpenAPI description (`time_in_ms`, gzip only where it is asked for,
statuses). A body is not byte-stable between calls, so nothing is ever resumed inside one.
"""

import datetime as dt
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from crosswalk.errors import ConfigError, CrosswalkError, UnavailableError
from crosswalk.extract.disk import check_free
from crosswalk.extract.gunzip import gunzipped
from crosswalk.extract.gzip_writer import GzipWriter
from crosswalk.extract.http import BadBodyError, Client, Reply
from crosswalk.extract.landing import Landing, local_errors, writing
from crosswalk.extract.meter import Meter
from crosswalk.extract.mixpanel_days import file_name
from crosswalk.extract.mixpanel_lines import EndedEarlyError, RecordLines
from crosswalk.extract.staged import KEPT_SUFFIX
from crosswalk.files import private_folder, sync_folder
from crosswalk.gzip_stream import BadGzipError, line_count
from crosswalk.output import safe
from crosswalk.redact import clean

PATH = "/api/2.0/export"
EXPECTED = frozenset({200, 400, 402})
# A body that is damaged again and again: the other days go on, and this one is reported.
_BAD_BODIES = 5
_LOOK_AT_DISK_BYTES = 64 << 20
_GZIP = ("gzip", "x-gzip")


class DayFailed(Exception):
    """A day whose answers were never whole; the message says why."""


@dataclass(frozen=True)
class Day:
    """A day on the disk: `file` is "" where there were no events; bytes of the content, unpacked.

    `kept`: where the file of before went, because it had more rows, else "".
    """

    file: str
    rows: int
    bytes: int
    sha256: str
    mended: int
    odd: int
    kept: str = ""


class DayFetch:
    """Fetches one day; an object of it is used once."""

    def __init__(self, client: Client, landing: Landing, meter: Meter, project_id: str, day: dt.date) -> None:
        self._client = client
        self._landing = landing
        self._meter = meter
        self._project_id = project_id
        self._day = day.isoformat()
        self._name = file_name(project_id, day)
        self._bad = 0
        self._asked_at = dt.datetime.now(dt.UTC)

    def run(self) -> Day:
        """Ask until the body is whole, and land it. Raises DayFailed, Stopped and CrosswalkError."""
        query = {
            "project_id": self._project_id,
            "from_date": self._day,
            "to_date": self._day,
            "time_in_ms": "true",
        }
        return self._client.fetch(PATH, query, self._take, EXPECTED)

    def _take(self, reply: Reply) -> Day:
        if reply.status != 200:
            raise refusal(reply, f"the export of {self._day}")
        try:
            return self._land(reply)
        except (BadGzipError, EndedEarlyError) as error:
            self._bad += 1
            why = str(error)
            if self._bad >= _BAD_BODIES:
                raise DayFailed(f"Mixpanel's answer was not whole {self._bad} times ({why})") from error
            raise BadBodyError(f"the export of {self._day} was not whole: {why}") from error

    def _land(self, reply: Reply) -> Day:
        part = self._landing.part(self._name)
        lines = RecordLines()
        with writing(part) as file, GzipWriter(file) as packed:
            looked = 0
            for text in lines.records(self._text(reply)):
                packed.write(text)
                if packed.bytes >= looked:
                    looked = packed.bytes + _LOOK_AT_DISK_BYTES
                    check_free(self._landing.dest, _LOOK_AT_DISK_BYTES / 4, f"the rest of {self._day}")
            if packed.rows and not lines.has_events:  # an error, or the page of a proxy, under status 200
                raise EndedEarlyError(
                    f"sent no events but {safe(clean(lines.first.decode('utf-8', 'replace')))!r}"
                )
        name, kept = "", ""
        if packed.rows:
            name, kept = self._name, self._keep_what_was_more(packed.rows)
            self._name_part(part)
        else:
            part.unlink()
        return Day(name, packed.rows, packed.bytes, packed.sha256(), lines.mended, lines.odd, kept)

    def _name_part(self, part: Path) -> None:
        """Land the file, dated when it was asked for: without a record that tells whether the day was over."""
        with local_errors(part):
            os.utime(part, (self._asked_at.timestamp(),) * 2)
        self._landing.land(part, self._name)

    def _keep_what_was_more(self, rows: int) -> str:
        """Before fewer rows take the place of more, these are kept aside; a damaged file is no loss."""
        path = self._landing.dest / self._name
        with local_errors(path):
            if not path.exists() or (line_count(path) or 0) <= rows:
                return ""
            folder = private_folder(self._landing.work / "replaced")
            kept = folder / f"{self._asked_at:%Y%m%dT%H%M%S}-{self._name}{KEPT_SUFFIX}"
            path.replace(kept)
            sync_folder(folder)
        return str(kept)

    def _text(self, reply: Reply) -> Iterable[bytes]:
        packed = reply.headers.get("content-encoding", "").strip().lower()
        if packed not in ("", "identity", *_GZIP):
            raise BadBodyError(
                f"the export of {self._day} is packed as {safe(packed)}, which was not asked for"
            )
        chunks = self._counted(reply)
        return gunzipped(chunks) if packed in _GZIP else chunks

    def _counted(self, reply: Reply) -> Iterable[bytes]:
        for chunk in reply.chunks(decode=False):
            self._meter.received(self._day, len(chunk))
            yield chunk


def refusal(reply: Reply, what: str) -> CrosswalkError:
    """The error for 400 (the request) and 402 (the plan)."""
    text = safe(reply.text()) or "no reason given"
    if reply.status == 402:
        return UnavailableError(
            f"Mixpanel wants payment before it gives {what} (402: {text}): settle the project's plan, then run the same "
            "command again."
        )
    return ConfigError(
        f"Mixpanel refused {what} (400: {text}): check MIXPANEL_PROJECT_ID and the dates; a day that has not begun in the "
        "project's time zone is refused, so give --timezone."
    )
