"""Amplitude as the source of a migration: hours of upload by the Export API, files of those hours."""

import datetime as dt
import hashlib
from pathlib import Path

from crosswalk.errors import ConfigError
from crosswalk.extract import windows
from crosswalk.extract.amplitude import DELAY_HOURS, Range, extract
from crosswalk.extract.amplitude_names import MERGED_FOLDER, read_name
from crosswalk.extract.amplitude_report import report_lines
from crosswalk.extract.amplitude_shelf import STAMP, Shelf
from crosswalk.extract.landing import Landing
from crosswalk.extract.manifest import Manifest
from crosswalk.extract.windows import HOUR, hours_between, read_hour
from crosswalk.migrate.patterns import covering
from crosswalk.migrate.source import DEFAULT_DAYS, Extracted, Found, Source, Span, spelled, stamps_of
from crosswalk.settings import AmplitudeSettings


class AmplitudeSource(Source):
    """An Amplitude project and the folder that its export lands in."""

    name = "amplitude"
    label = "Amplitude"
    what = "uploads"

    def __init__(self, settings: AmplitudeSettings, dest: Path) -> None:
        self._settings = settings
        self.url = settings.url
        self.dest = dest
        # as extract has it in its manifest
        self.account = hashlib.sha256(f"{settings.url}\n{settings.api_key}".encode()).hexdigest()[:16]

    def default_span(self) -> Span:
        """Whole UTC days; the last one is the latest whose 24 hours Amplitude can export by now."""
        hour = windows.utc_now().replace(minute=0, second=0, microsecond=0) - (DELAY_HOURS + 1) * HOUR
        end = (hour + HOUR).replace(hour=0) - HOUR
        first = end + HOUR - dt.timedelta(days=DEFAULT_DAYS)
        return Span(first.strftime(STAMP), end.strftime(STAMP), by_default=True)

    def read_span(self, start: str, end: str) -> Span:
        """Hours, or days that stand for their first or last hour."""
        first, last = read_hour(start, "--start"), read_hour(end, "--end", last_of_day=True)
        if last < first:
            raise ConfigError(f"--end {end} is before --start {start}: change one of them.")
        return Span(first.strftime(STAMP), last.strftime(STAMP))

    def extract(self, span: Span, begun_at: dt.datetime) -> Extracted:
        """The hours that are missing."""
        first, last = _hours(span)
        report = extract(self._settings, Range(first, last), self.dest)
        return Extracted(report_lines(report), report.as_dict(), report.exit_code, report.too_young)

    def find(self, span: Span, project_dir: Path) -> Found:
        """The files that the manifest has for the hours, and the files of merged users of those hours."""
        landing = Landing(self.dest)
        hours = hours_between(*_hours(span))
        shelf = Shelf(landing, Manifest(landing.work), self.account)
        names = [name for name in shelf.recorded_files(hours) if not name.startswith(f"{MERGED_FOLDER}/")]
        wanted = [name for name in names if (self.dest / name).is_file()]
        merged = self._merged(set(hours))
        there = [path.name for path in self.dest.iterdir()]
        merged_there = [path.name for path in self._merged_folder().glob("*")]
        variables = {
            "amplitude_files": spelled(self.dest, project_dir, covering(wanted, there)),
            # a list may not be empty, so without such files it names one that cannot be there
            "amplitude_merged_users_files": spelled(
                self._merged_folder(), project_dir, covering(merged, merged_there) or ["none"]
            ),
        }
        inside = [*wanted, *(f"{MERGED_FOLDER}/{name}" for name in merged)]
        return Found(variables, stamps_of(self.dest, inside), len(wanted))

    def last_day(self, span: Span) -> dt.date:
        """The UTC day of the last hour."""
        return _hours(span)[1].date()

    def _merged_folder(self) -> Path:
        return self.dest / MERGED_FOLDER

    def _merged(self, hours: set[dt.datetime]) -> list[str]:
        names = [path.name for path in self._merged_folder().glob("*.json.gz")]
        said = {name: read_name(name) for name in names}
        return sorted(name for name, one in said.items() if one and one.hour in hours)


def _hours(span: Span) -> tuple[dt.datetime, dt.datetime]:
    return read_hour(span.first, "--start"), read_hour(span.last, "--end")
