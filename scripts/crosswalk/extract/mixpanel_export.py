"""One day of the raw export API to one file: whole, or not there.

Source: Mixpanel docs, raw event export, and its OpenAPI description (`time_in_ms`, gzip only where it is asked for,
statuses). A body is not byte-stable between calls, so nothing is ever resumed inside one.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from crosswalk.errors import ConfigError, CrosswalkError, UnavailableError
from crosswalk.extract.disk import check_free
from crosswalk.extract.gunzip import gunzipped
from crosswalk.extract.gzip_writer import GzipWriter
from crosswalk.extract.http import BadBodyError, Client, Reply
from crosswalk.extract.landing import Landing, writing
from crosswalk.extract.meter import Meter
from crosswalk.extract.mixpanel_days import file_name
from crosswalk.extract.mixpanel_lines import EndedEarlyError, RecordLines
from crosswalk.gzip_stream import BadGzipError
from crosswalk.output import safe

PATH = "/api/2.0/export"
EXPECTED = frozenset({200, 400, 402})
# A body that is damaged again and again: the other days go on, and this one is reported.
_BAD_BODIES = 5
_LOOK_AT_DISK_BYTES = 64 << 20


class DayFailed(Exception):
    """A day whose answers were never whole; the message says why."""


@dataclass(frozen=True)
class Day:
    """A day on the disk: `file` is "" where there were no events; bytes of the content, unpacked."""

    file: str
    rows: int
    bytes: int
    sha256: str
    mended: int
    odd: int


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
        if packed.rows:
            self._landing.land(part, self._name)
        else:
            part.unlink()
        name = self._name if packed.rows else ""
        return Day(name, packed.rows, packed.bytes, packed.sha256(), lines.mended, lines.odd)

    def _text(self, reply: Reply) -> Iterable[bytes]:
        chunks = self._counted(reply)
        return gunzipped(chunks) if reply.headers.get("content-encoding", "") == "gzip" else chunks

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
