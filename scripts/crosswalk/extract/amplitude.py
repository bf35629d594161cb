"""`crosswalk extract amplitude`: the hours that are missing on the disk, from the Export API.

A run asks only for hours that are not there whole, oldest first, a day at a time; a window that is too large is halved,
down to an hour. Whatever ends a run, the same command goes on from what is on the disk.
"""

import base64
import datetime as dt
import hashlib
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from crosswalk import exits
from crosswalk.extract import windows
from crosswalk.extract.amplitude_land import Desk, Landed, keep_damaged
from crosswalk.extract.amplitude_report import Failed, Report
from crosswalk.extract.amplitude_shelf import STAMP, Shelf
from crosswalk.extract.amplitude_window import DamagedError, TooLargeError, fetch_window
from crosswalk.extract.disk import FACTOR, check_free
from crosswalk.extract.http import Api, Client
from crosswalk.extract.landing import Landing
from crosswalk.extract.manifest import Manifest
from crosswalk.extract.meter import Meter
from crosswalk.extract.pool import work_off
from crosswalk.extract.staged import finish_interrupted
from crosswalk.extract.windows import DAY_HOURS, HOUR, Window, day_windows, hours_between
from crosswalk.output import log, plural, safe
from crosswalk.push.stop import Stop, Stopped
from crosswalk.settings import AmplitudeSettings

# Amplitude docs, Export API: what came between 20:00 and 21:00 can be exported at 23:00.
DELAY_HOURS = 2
# Amplitude docs, Dashboard REST API: five requests at once for all that use the project, so one is left to others.
MOST_WORKERS = 4


@dataclass(frozen=True)
class Range:
    """Hours of upload, both ends included; the last `refresh_hours` of them are asked for again. `workers`: requests at once."""

    first: dt.datetime
    last: dt.datetime
    refresh_hours: int = 0
    workers: int = MOST_WORKERS


def extract(settings: AmplitudeSettings, wanted: Range, dest: Path) -> Report:
    """Fetch the missing hours into `dest`.

    Raises CredentialsError, ConfigError, UnavailableError, LocalError and LockedError; whatever is raised, what has
    landed is whole, and the same command goes on from there.
    """
    stop = Stop()
    client = Client(_api(settings), wanted.workers, stop, ca_file=settings.ca_file)
    try:
        with stop.listening(), Landing(dest) as landing:
            return _Run(settings, wanted, landing, client, stop).run()
    finally:
        client.close()


def _api(settings: AmplitudeSettings) -> Api:
    basic = base64.b64encode(f"{settings.api_key}:{settings.secret_key}".encode()).decode()
    names = "AMPLITUDE_API_KEY and AMPLITUDE_SECRET_KEY"
    return Api("Amplitude", settings.url, {"Authorization": f"Basic {basic}"}, names)


class _Run:
    """One run over one range."""

    def __init__(
        self, settings: AmplitudeSettings, wanted: Range, landing: Landing, client: Client, stop: Stop
    ) -> None:
        self._wanted, self._landing, self._client, self._stop = wanted, landing, client, stop
        self._account = hashlib.sha256(f"{settings.url}\n{settings.api_key}".encode()).hexdigest()[:16]
        self._manifest = Manifest(landing.work)
        self._span = DAY_HOURS
        self._asked: set[dt.datetime] = set()
        self._lock = threading.Lock()
        self._report = Report(str(landing.dest), wanted.first.strftime(STAMP), wanted.last.strftime(STAMP))

    def run(self) -> Report:
        report = self._report
        finished = finish_interrupted(self._landing, self._manifest)
        if finished:
            log.info(f"Finished {plural(finished, 'window')} that an earlier run had fetched.")
        self._shelf = Shelf(self._landing, self._manifest, self._account)
        hours = self._old_enough()
        report.hours = len(hours) + report.too_young
        try:
            missing, again = self._missing(hours)
        except Stopped:
            return self._close()
        report.there_before = len(hours) - len({*missing, *again, *self._asked})
        wanted = sorted({*missing, *again})
        self._say_what_comes(wanted)
        check_free(
            self._landing.dest,
            self._shelf.bytes_an_hour() * len(wanted) * FACTOR,
            plural(len(wanted), "hour"),
        )
        with Meter(len(wanted), "hours") as meter:
            self._desk = Desk(
                self._client, self._landing, self._manifest, self._shelf, meter, self._stop, self._account
            )
            try:
                self._fetch([*day_windows(missing), *day_windows(again)])
            finally:
                # a thread that hangs may come home later: by then nothing may land any more
                if self._stop.is_set():
                    self._desk.landing_lock.acquire(timeout=2.0)
            report.bytes, report.seconds = meter.bytes, round(meter.seconds(), 2)
        return self._close()

    def _old_enough(self) -> list[dt.datetime]:
        """The hours of the range that Amplitude can export by now; says which it cannot."""
        latest = windows.utc_now().replace(minute=0, second=0, microsecond=0) - (DELAY_HOURS + 1) * HOUR
        first_young = max(self._wanted.first, latest + HOUR)
        young = max(0, int((self._wanted.last - first_young) / HOUR) + 1)  # --end may be far away
        if young:
            log.info(
                f"Not asked for yet: {plural(young, 'hour')} from {first_young:{STAMP}} on, since Amplitude exports an hour "
                f"{DELAY_HOURS} hours after its end. Run the same command later."
            )
        self._report.too_young = young
        return hours_between(self._wanted.first, min(self._wanted.last, latest))

    def _missing(self, hours: list[dt.datetime]) -> tuple[list[dt.datetime], list[dt.datetime]]:
        """The hours that are not there, and those that are but are to be asked for again."""
        if not self._shelf.project:
            self._learn_the_project(hours)
        self._adopt(hours)
        refresh = self._wanted.refresh_hours
        again = set(hours[-refresh:]) if refresh else set()
        open_hours = [hour for hour in hours if hour not in self._asked]
        missing = [hour for hour in self._looked_at(open_hours) if not self._shelf.is_there(hour)]
        return missing, [hour for hour in open_hours if hour in again.difference(missing)]

    def _looked_at(self, hours: Iterable[dt.datetime]) -> Iterator[dt.datetime]:
        """The hours one by one, as looking at their files may take long. Raises Stopped."""
        for hour in hours:
            if self._stop.is_set():
                raise Stopped
            yield hour

    def _learn_the_project(self, hours: list[dt.datetime]) -> None:
        """Files without a record may be another project's: one hour is asked for, which says whose they are."""
        hour = self._shelf.may_hold_unrecorded(hours)
        if hour is None:
            return
        with Meter(1, "hours") as meter:
            self._desk = Desk(
                self._client, self._landing, self._manifest, self._shelf, meter, self._stop, self._account
            )
            self._fetch(day_windows([hour]))
        self._asked.add(hour)

    def _adopt(self, hours: list[dt.datetime]) -> None:
        """Hours whose files are there, whole, without a record, count as fetched: somebody has put them there.

        Not where records were lost: their hours may be there in part.
        """
        if not self._shelf.project:
            return
        if self._manifest.unreadable:
            log.warning(
                f"{plural(self._manifest.unreadable, 'line')} of {self._manifest.path} cannot be read: hours without a record "
                "are asked for again."
            )
            return
        adopted = 0
        unrecorded = self._shelf.unrecorded(hours)
        for hour in self._looked_at(unrecorded):
            files = self._shelf.describe(unrecorded[hour], hour)
            if files is None:
                continue
            record = {
                "id": f"adopted-{hour:{STAMP}}",
                "kind": "window",
                "account": self._account,
                "project": self._shelf.project,
                "start": hour.strftime(STAMP),
                "hours": 1,
                "status": "adopted",
                "bytes": 0,
                "rows": None,
                "files": files,
            }
            self._manifest.append(record)
            self._shelf.note(record)
            adopted += 1
        if adopted:
            log.info(
                f"{plural(adopted, 'hour')} of project {self._shelf.project} stood in {safe(self._landing.dest)} without a "
                "record; the files are whole and count as fetched. --refresh-last compares them with Amplitude."
            )
        self._report.adopted = adopted

    def _say_what_comes(self, wanted: list[dt.datetime]) -> None:
        if wanted:
            log.info(
                f"Fetching {plural(len(wanted), 'hour')} of upload from {self._client.api.url}, "
                f"{wanted[0]:{STAMP}} to {wanted[-1]:{STAMP}} (UTC)."
            )

    def _fetch(self, wanted: list[Window]) -> None:
        work_off(wanted, self._work, min(self._wanted.workers, MOST_WORKERS), self._stop)

    def _work(self, day: Window) -> None:
        """A day, in pieces of the size that worked last, smaller where the vendor asks for it."""
        pieces = [day]
        while pieces and not self._stop.is_set():
            piece = pieces.pop()
            with self._lock:
                span = self._span
            if piece.hours > span:
                pieces += reversed(piece.split(span))
                continue
            try:
                self._count(piece, fetch_window(self._desk, piece))
                self._resize(piece.hours, grow=True)
            except (TooLargeError, DamagedError) as error:
                if piece.hours > 1:
                    pieces += reversed(piece.split(piece.hours // 2))
                    if isinstance(error, TooLargeError):
                        self._resize(piece.hours // 2, grow=False)
                    elif error.body:
                        error.body.unlink(missing_ok=True)
                    log.info(f"{piece}: {_why(error)}, asked for in halves")
                elif isinstance(error, DamagedError):
                    self._fail(piece, error)

    def _resize(self, hours: int, grow: bool) -> None:
        with self._lock:
            if not grow:
                self._span = min(self._span, hours)
            elif hours == self._span:
                self._span = min(DAY_HOURS, hours * 2)

    def _count(self, piece: Window, landed: Landed) -> None:
        report = self._report
        with self._lock:
            report.windows += 1
            if landed.files:
                report.fetched += piece.hours
            else:
                report.empty += piece.hours
            report.files += landed.files
            report.rows += landed.rows
            report.new_rows += landed.added
            report.replaced_rows_kept += landed.gone

    def _fail(self, piece: Window, error: DamagedError) -> None:
        kept = keep_damaged(self._desk, piece, str(error), error.left_out, error.body)
        self._desk.meter.done(str(piece), piece.hours, f"{piece}: failed, {safe(error)}")
        with self._lock:
            self._report.failed.append(Failed(str(piece), safe(error), str(kept or "")))
            self._report.failed_hours += piece.hours

    def _close(self) -> Report:
        report = self._report
        report.requests = self._client.requests
        report.left = (
            report.hours
            - report.too_young
            - report.there_before
            - report.fetched
            - report.empty
            - report.failed_hours
        )
        code = self._stop.exit_code()
        if code:
            report.outcome, report.exit_code = "interrupted", code
        elif report.empty and not (report.rows or report.there_before):
            log.warning(
                f"Nothing at all came from {self._client.api.url}: if the project has data in this range, check the address and "
                "whose keys these are. --refresh-last asks again."
            )
        if not code and report.failed:
            report.outcome, report.exit_code = "failed", exits.UNAVAILABLE
        return report


def _why(error: TooLargeError | DamagedError) -> str:
    return "too large" if isinstance(error, TooLargeError) else safe(error)
