"""Mixpanel as the source of a migration: days of the raw export, and the profiles."""

import datetime as dt
from pathlib import Path

from crosswalk.errors import ConfigError
from crosswalk.extract import windows
from crosswalk.extract.mixpanel import MixpanelWish, extract_mixpanel, report_lines
from crosswalk.extract.mixpanel_days import Calendar, calendar, file_name
from crosswalk.extract.mixpanel_profiles import file_name as profiles_file
from crosswalk.migrate.patterns import covering
from crosswalk.migrate.source import (
    DEFAULT_DAYS,
    Extracted,
    Found,
    Source,
    Span,
    account_of,
    spelled,
    stamps_of,
)
from crosswalk.settings import MixpanelExportSettings

_DAY = dt.timedelta(days=1)


class MixpanelSource(Source):
    """A Mixpanel project and the folder that its export lands in."""

    name = "mixpanel"
    label = "Mixpanel"
    what = "days"

    def __init__(
        self, settings: MixpanelExportSettings, dest: Path, state_dir: Path, timezone: str | None
    ) -> None:
        self._settings = settings
        self._state_dir = state_dir
        self._timezone = timezone
        self.url = settings.data_url
        self.dest = dest
        self.account = account_of(settings.data_url, settings.project_id)

    def default_span(self) -> Span:
        """Days that are over in the project; where its time zone is not given, everywhere on earth."""
        last = self._calendar().today() - _DAY
        return Span((last - (DEFAULT_DAYS - 1) * _DAY).isoformat(), last.isoformat(), by_default=True)

    def read_span(self, start: str, end: str) -> Span:
        """Days of the project."""
        first, last = _day(start, "--start"), _day(end, "--end")
        if last < first:
            raise ConfigError(f"--end {end} is before --start {start}: change one of them.")
        if first > self._calendar().today():
            raise ConfigError(f"{first} has not begun in the project yet: give an earlier --start.")
        return Span(first.isoformat(), last.isoformat())

    def extract(self, span: Span, begun_at: dt.datetime) -> Extracted:
        """The days that are missing, and the profiles where they are older than the migration."""
        first, last = _days(span)
        wish = MixpanelWish(first, last, True, 0, self._timezone, profiles_since=begun_at)
        report = extract_mixpanel(self._settings, wish, self.dest, self._state_dir, windows.utc_now())
        young = max(0, (last - max(first, self._calendar().today())).days + 1)
        return Extracted(report_lines(report), report.as_dict(), report.exit_code, young)

    def find(self, span: Span, project_dir: Path) -> Found:
        """The files of the days, and the file of the profiles."""
        first, last = _days(span)
        project_id = self._settings.project_id
        names = [file_name(project_id, first + number * _DAY) for number in range((last - first).days + 1)]
        wanted = [name for name in names if (self.dest / name).is_file()]
        profiles = profiles_file(project_id)
        variables = {
            "mixpanel_files": spelled(
                self.dest, project_dir, covering(wanted, [path.name for path in self.dest.iterdir()])
            ),
            "mixpanel_profile_files": spelled(self.dest, project_dir, [profiles]),
        }
        inside = [*wanted, *([profiles] if (self.dest / profiles).is_file() else [])]
        return Found(variables, stamps_of(self.dest, inside), len(wanted))

    def last_day(self, span: Span) -> dt.date:
        """The last day itself."""
        return _days(span)[1]

    def _calendar(self) -> Calendar:
        return calendar(self._timezone, windows.utc_now())


def _days(span: Span) -> tuple[dt.date, dt.date]:
    return dt.date.fromisoformat(span.first), dt.date.fromisoformat(span.last)


def _day(text: str, flag: str) -> dt.date:
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=dt.UTC).date()
    except ValueError as error:
        raise ConfigError(f"{flag} is {text!r}, which is no day: write it such as 2024-01-31.") from error
