"""Hours and windows of hours, UTC: reading them from flags, cutting a range into days, halving what is too large."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from crosswalk.errors import ConfigError

HOUR = dt.timedelta(hours=1)
DAY_HOURS = 24
_SPAN = re.compile(r"(\d{1,5})([hd])")


@dataclass(frozen=True)
class Window:
    """`hours` hours from `start` on; both ends belong to it, as in Amplitude's API."""

    start: dt.datetime
    hours: int

    @property
    def end(self) -> dt.datetime:
        """The last hour."""
        return self.start + (self.hours - 1) * HOUR

    def all_hours(self) -> list[dt.datetime]:
        """Every hour, in order."""
        return [self.start + number * HOUR for number in range(self.hours)]

    def split(self, first: int) -> tuple["Window", "Window"]:
        """The first so many hours, and the rest."""
        return Window(self.start, first), Window(self.start + first * HOUR, self.hours - first)

    def __str__(self) -> str:
        """For people: a day, an hour, or hours of a day."""
        if self.hours == DAY_HOURS and self.start.hour == 0:
            return f"{self.start:%Y-%m-%d}"
        if self.hours == 1:
            return f"{self.start:%Y-%m-%dT%H}"
        return f"{self.start:%Y-%m-%dT%H} to {self.end:%H}"


def utc_now() -> dt.datetime:
    """The time; a function of its own, so that tests can set it."""
    return dt.datetime.now(dt.UTC)


def read_hour(text: str, flag: str, last_of_day: bool = False) -> dt.datetime:
    """`2024-01-31T23`, or a day, which stands for its first (or last) hour. Raises ConfigError."""
    for form in ("%Y-%m-%dT%H", "%Y-%m-%d"):
        try:
            moment = dt.datetime.strptime(text, form).replace(tzinfo=dt.UTC)
        except ValueError:
            continue
        return moment.replace(hour=23) if form == "%Y-%m-%d" and last_of_day else moment
    raise ConfigError(f"{flag} is {text!r}, which is no hour: write it in UTC, such as 2024-01-31T23.")


def read_span(text: str, flag: str) -> int:
    """`2d` or `48h` in hours. Raises ConfigError."""
    match = _SPAN.fullmatch(text)
    if not match:
        raise ConfigError(f"{flag} is {text!r}, which is no span: write days or hours, such as 2d or 36h.")
    return int(match[1]) * (DAY_HOURS if match[2] == "d" else 1)


def hours_between(first: dt.datetime, last: dt.datetime) -> list[dt.datetime]:
    """All hours, both ends included; none where `last` is before `first`."""
    return [first + number * HOUR for number in range(int((last - first) / HOUR) + 1)]


def day_windows(hours: Iterable[dt.datetime]) -> list[Window]:
    """Windows that hold exactly these hours, oldest first, each within one UTC day and without gaps."""
    windows: list[Window] = []
    for hour in sorted(set(hours)):
        last = windows[-1] if windows else None
        if last and hour - last.end == HOUR and hour.date() == last.start.date():
            windows[-1] = Window(last.start, last.hours + 1)
        else:
            windows.append(Window(hour, 1))
    return windows
