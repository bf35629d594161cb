"""`crosswalk extract mixpanel`: the raw events of a project day by day, and its profiles, to files that staging reads."""

import base64
import datetime as dt
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crosswalk import exits
from crosswalk.extract.http import Api, Client
from crosswalk.extract.landing import Landing
from crosswalk.extract.manifest import Manifest
from crosswalk.extract.meter import Meter, window_line
from crosswalk.extract.mixpanel_days import KIND, Calendar, Known, calendar, days_between
from crosswalk.extract.mixpanel_export import Day, DayFailed, DayFetch
from crosswalk.extract.mixpanel_profiles import fetch_profiles
from crosswalk.extract.mixpanel_profiles import file_name as profiles_file
from crosswalk.extract.mixpanel_quota import Quota, QuotaGate
from crosswalk.extract.pool import work_off
from crosswalk.gzip_stream import BadGzipError, content_digest
from crosswalk.output import plural, safe, table
from crosswalk.push.retry import RetryPolicy
from crosswalk.push.stop import Stop
from crosswalk.settings import MixpanelExportSettings

# A query an hour's quota is short of comes free within minutes; asking every few seconds would use up more of it.
_POLICY = RetryPolicy(base=4.0, cap=300.0, attempts=10)
_WORKERS = 3
_CREDENTIALS = "MIXPANEL_SERVICE_ACCOUNT, MIXPANEL_SERVICE_SECRET, MIXPANEL_PROJECT_ID"
_PROFILES = "mixpanel_profiles"


@dataclass(frozen=True)
class MixpanelWish:
    """What a person asks for: days from `first` to `last`, inclusive; the last `refresh_days` of them again.

    Profiles that were fetched before `profiles_since` are fetched again.
    """

    first: dt.date
    last: dt.date
    profiles: bool = False
    refresh_days: int = 0
    timezone: str | None = None
    profiles_since: dt.datetime | None = None


@dataclass
class MixpanelReport:
    """What a run did: days asked for, fetched and there already; rows fetched; failed days with reasons; notes."""

    dest: Path
    days: int = 0
    fetched: int = 0
    empty: int = 0
    rows: int = 0
    profiles: int | None = None
    requests: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    exit: int | None = None

    @property
    def exit_code(self) -> int:
        """130 or 143 after a signal, 5 where a day is missing."""
        if self.exit is not None:
            return self.exit
        return exits.UNAVAILABLE if self.failed else exits.DONE

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return {
            "dest": str(self.dest),
            "days": self.days,
            "fetched": self.fetched,
            "empty": self.empty,
            "rows": self.rows,
            "profiles": self.profiles,
            "requests": self.requests,
            "failed": self.failed,
            "notes": self.notes,
        }


def extract_mixpanel(
    settings: MixpanelExportSettings,
    wish: MixpanelWish,
    dest: Path,
    state_dir: Path,
    now: dt.datetime | None = None,
) -> MixpanelReport:
    """Bring `dest` up to date with the project. Raises CrosswalkError; running it again goes on."""
    project_days = calendar(wish.timezone, now or dt.datetime.now(dt.UTC))
    days = days_between(wish.first, wish.last, project_days.today())
    report = MixpanelReport(dest, len(days))
    if days[-1] < wish.last:
        zone = wish.timezone or "the last zone on earth, as --timezone does not say the project's"
        report.notes.append(f"The last day is {days[-1]}: later ones have not begun in {zone}.")
    stop = Stop()
    with Landing(dest) as landing, stop.listening():
        manifest = Manifest(landing.work)
        run = _Run(settings, wish, landing, manifest, state_dir, stop, report, project_days)
        run.events(days)
        if wish.profiles and not stop.is_set():
            run.profiles()
        report.exit = stop.exit_code()
    return report


class _Run:
    """One run over a landed folder."""

    def __init__(
        self,
        settings: MixpanelExportSettings,
        wish: MixpanelWish,
        landing: Landing,
        manifest: Manifest,
        state_dir: Path,
        stop: Stop,
        report: MixpanelReport,
        project_days: Calendar,
    ) -> None:
        self._settings = settings
        self._wish = wish
        self._landing = landing
        self._manifest = manifest
        self._state_dir = state_dir
        self._stop = stop
        self._report = report
        self._calendar = project_days
        self._lock = threading.Lock()

    def events(self, days: list[dt.date]) -> None:
        """Fetch the days that are missing, oldest first."""
        known = Known(self._landing.dest, self._manifest, self._settings.project_id, self._calendar)
        again = set(days[-self._wish.refresh_days :] if self._wish.refresh_days else [])
        wanted = []
        for day in days:
            if self._stop.is_set():  # looking at the files may take long
                return
            if day in again or not known.is_done(day):
                wanted.append(day)
        if not wanted:
            return
        client = self._client("export", self._settings.data_url)
        with Meter(len(wanted), "days") as meter:
            try:
                work_off(wanted, lambda day: self._day(client, meter, known, day), _WORKERS, self._stop)
            finally:
                self._report.requests += client.requests
                client.close()

    def profiles(self) -> None:
        """Fetch the profiles, unless they are there."""
        before = self._profiles_there()
        if before and not self._wish.refresh_days and not self._too_old(before["at"]):
            self._report.profiles = before["rows"]
            again = "" if self._wish.profiles_since else "; --refresh-last 1d fetches them again"
            self._report.notes.append(f"The profiles are those of {before['at']}{again}.")
            return
        client = self._client("query", self._settings.query_url)
        with Meter(1, "lists") as meter:
            try:
                found = fetch_profiles(client, self._landing, meter, self._settings.project_id)
            finally:
                self._report.requests += client.requests
                client.close()
        self._manifest.append(
            {
                "kind": _PROFILES,
                "project": self._settings.project_id,
                "file": found.file,
                "rows": found.rows,
                "sha256": found.sha256,
            }
        )
        self._report.profiles = found.rows

    def _too_old(self, at: str) -> bool:
        since = self._wish.profiles_since
        return since is not None and dt.datetime.fromisoformat(at) < since

    def _profiles_there(self) -> dict[str, Any] | None:
        for record in reversed(self._manifest.records()):
            if record.get("kind") == _PROFILES and record["project"] == self._settings.project_id:
                path = self._landing.dest / profiles_file(self._settings.project_id)
                try:
                    whole = not record["file"] or content_digest(path).hex() == record["sha256"]
                except (BadGzipError, OSError):
                    return None
                return record if whole else None
        return None

    def _client(self, name: str, url: str) -> Client:
        user = f"{self._settings.account}:{self._settings.account_secret}"
        headers = {
            "Authorization": "Basic " + base64.b64encode(user.encode()).decode(),
            "Accept-Encoding": "gzip",
        }
        if name == "query":
            headers |= {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        quota = Quota(self._state_dir, f"mixpanel-{name}-{self._settings.project_id}")
        gate = QuotaGate(quota, self._stop)
        return Client(
            Api("Mixpanel", url, headers, _CREDENTIALS),
            _WORKERS,
            self._stop,
            policy=_POLICY,
            gate=gate,
            ca_file=self._settings.ca_file,
        )

    def _day(self, client: Client, meter: Meter, known: Known, day: dt.date) -> None:
        before = known.record(day)
        started = meter.seconds()
        at = dt.datetime.now(dt.UTC)
        try:
            found = DayFetch(client, self._landing, meter, self._settings.project_id, day).run()
        except DayFailed as failure:
            with self._lock:
                self._report.failed[day.isoformat()] = str(failure)
            meter.done(str(day), 1, f"{day}: {failure}")
            return
        line = window_line(
            str(day), 1 if found.file else 0, found.rows, found.bytes, meter.seconds() - started
        )
        meter.done(str(day), 1, line + self._compared(before, found), found.rows)
        if before and before["file"] and not found.file:
            return
        self._record(day, at, found)

    def _compared(self, before: dict[str, Any] | None, found: Day) -> str:
        """What is new since the last time the day was fetched."""
        if not before or before["rows"] == found.rows:
            return ""
        if not found.file:
            return f" any more; the file with {plural(before['rows'], 'row')} of {before['at']} stays"
        kept = f"; what was there is kept as {safe(found.kept)}" if found.kept else ""
        return f" ({found.rows - before['rows']:+,} since {before['at']}{kept})"

    def _record(self, day: dt.date, at: dt.datetime, found: Day) -> None:
        """Note the day, with the time when it was asked for: whether it was over then decides if it is asked for again."""
        self._manifest.append(
            {
                "kind": KIND,
                "at": at.isoformat(timespec="seconds"),
                "project": self._settings.project_id,
                "day": day.isoformat(),
                "file": found.file,
                "rows": found.rows,
                "bytes": found.bytes,
                "sha256": found.sha256,
                "mended": found.mended,
                "odd": found.odd,
            }
        )
        with self._lock:
            self._report.fetched += 1
            self._report.empty += not found.file
            self._report.rows += found.rows
            if found.kept:
                self._report.notes.append(
                    f"{found.file} has fewer rows than before: the old one is kept as {safe(found.kept)}."
                )
            if found.odd:
                self._report.notes.append(
                    f"{found.file}: {plural(found.odd, 'line')} of it are no records; they stand there and will be quarantined."
                )


def report_lines(report: MixpanelReport) -> list[str]:
    """The result for people."""
    there = report.days - report.fetched - len(report.failed)
    counts = [
        ("days fetched", report.fetched),
        ("of them without events", report.empty),
        ("days there already", there),
        ("days that failed", len(report.failed)),
        ("rows fetched", report.rows),
        ("queries", report.requests),
    ]
    if report.profiles is not None:
        counts.append(("profiles", report.profiles))
    label = "days left or there already" if report.exit is not None else "days there already"
    rows = [(label if name == "days there already" else name, number) for name, number in counts]
    lines = table(("", "count"), [row for row in rows if row[1] or row[0] == "days fetched"])
    lines += [f"  Note: {note}" for note in report.notes]
    lines += [f"  Missing: {day}: {why}" for day, why in sorted(report.failed.items())]
    if report.exit is not None or report.failed:
        lines.append("  To go on, run the same command again: it fetches only what is missing.")
    lines.append(f"The files stand in {safe(report.dest)}.")
    return lines
