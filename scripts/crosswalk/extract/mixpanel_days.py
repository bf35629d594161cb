"""Which days to fetch: the calendar of the project, and what stands on the disk already.

Source: Mixpanel docs, raw event export (dates inclusive, in project time for projects made before 2023; a to_date after
today in project time is refused).
"""

import datetime as dt
import zoneinfo
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crosswalk.errors import ConfigError
from crosswalk.extract.manifest import Manifest
from crosswalk.gzip_stream import BadGzipError, content_digest

# Where the day ends last of all: a day that is over there is over in every project.
LAST_ZONE = dt.timezone(dt.timedelta(hours=-12))
KIND = "mixpanel_day"


@dataclass(frozen=True)
class Calendar:
    """The project's days; without its time zone, those of the last zone on earth."""

    zone: dt.tzinfo
    now: dt.datetime

    def today(self) -> dt.date:
        """The last day that can be asked for."""
        return self.now.astimezone(self.zone).date()

    def is_over(self, day: dt.date, at: dt.datetime) -> bool:
        """Whether the day had ended at a moment."""
        return at.astimezone(self.zone).date() > day


def calendar(zone: str | None, now: dt.datetime) -> Calendar:
    """The calendar of a zone by its name. Raises ConfigError."""
    if not zone:
        return Calendar(LAST_ZONE, now)
    try:
        return Calendar(zoneinfo.ZoneInfo(zone), now)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError(
            f"{zone!r} is no time zone: give --timezone the name in Mixpanel's project settings, such as America/New_York."
        ) from error


def days_between(first: dt.date, last: dt.date, today: dt.date) -> list[dt.date]:
    """All days from `first` to `last`, today at the latest. Raises ConfigError where there is none."""
    if first > last:
        raise ConfigError(f"--from {first} is after --to {last}: turn them round.")
    end = min(last, today)
    if first > end:
        raise ConfigError(
            f"{first} has not begun in the project yet (there it is {today}): give an earlier --from."
        )
    return [first + dt.timedelta(days=number) for number in range((end - first).days + 1)]


def file_name(project_id: str, day: dt.date) -> str:
    """A day's file, as the variable mixpanel_files looks for it."""
    return f"mixpanel_{project_id}_{day.isoformat()}.ndjson.gz"


class Known:
    """What was fetched before, of one project: the manifest, held against the disk."""

    def __init__(self, dest: Path, manifest: Manifest, project_id: str, days: Calendar) -> None:
        self._dest = dest
        self._project_id = project_id
        self._calendar = days
        self._records = {
            record["day"]: record
            for record in manifest.records()
            if record.get("kind") == KIND and record["project"] == project_id
        }

    def record(self, day: dt.date) -> dict[str, Any] | None:
        """The last record of a day."""
        return self._records.get(day.isoformat())

    def is_done(self, day: dt.date) -> bool:
        """Whether the day need not be fetched: its file is there and whole, and the day was over when it was fetched."""
        path, record = self._dest / file_name(self._project_id, day), self.record(day)
        if record is None:  # the manifest is gone, the file is not
            if not path.is_file() or _digest(path) is None:
                return False
            at = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
            return self._calendar.is_over(day, at)
        if not self._calendar.is_over(day, dt.datetime.fromisoformat(record["at"])):
            return False
        return not record["file"] or _digest(path) == record["sha256"]


def _digest(path: Path) -> str | None:
    try:
        return content_digest(path).hex()
    except (BadGzipError, OSError):
        return None
