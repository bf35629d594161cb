"""Mixpanel's limits kept by waiting: 60 queries in any hour, 3 in any second, over all runs of this project.

The times of the queries stand in a file of the state folder, written before a query is sent, so that a run that was
killed has not forgotten them. Source: Mixpanel docs, rate limits (scope: project; raw export and query API apart).
"""

import fcntl
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

from crosswalk.extract.http import Gate
from crosswalk.extract.landing import local_errors
from crosswalk.files import open_private, private_folder
from crosswalk.output import log
from crosswalk.push.stop import Stop

HOUR_QUERIES = 60
SECOND_QUERIES = 3
# A little more than an hour and a second: Mixpanel counts when a query arrives, not when it is sent.
HOUR_SECONDS = 3605.0
SECOND_SECONDS = 1.2
_TELL_FROM_SECONDS = 5.0
# The most queries in so many seconds, the longest stretch first.
Windows = tuple[tuple[int, float], ...]


class Quota:
    """The queries of one project and API; safe between threads and processes."""

    def __init__(
        self,
        state_dir: Path,
        name: str,
        clock: Callable[[], float] = time.time,
        windows: Windows | None = None,
    ) -> None:
        self.windows = windows or ((HOUR_QUERIES, HOUR_SECONDS), (SECOND_QUERIES, SECOND_SECONDS))
        self._path = private_folder(private_folder(state_dir) / "quota") / f"{name}.json"
        self._clock = clock

    def take(self) -> float:
        """Book a query now and return 0, or return the seconds until one is free. Raises LocalError."""
        with local_errors(self._path):
            handle = open_private(self._path, os.O_RDWR)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                now = self._clock()
                times = self._recent(os.pread(handle, 1 << 20, 0), now)
                wait = self._wait(times, now)
                if wait <= 0:
                    data = json.dumps([*times, now]).encode()
                    os.pwrite(handle, data, 0)
                    os.ftruncate(handle, len(data))
                    os.fsync(handle)
                return max(wait, 0.0)
            finally:
                os.close(handle)

    def _recent(self, data: bytes, now: float) -> list[float]:
        """The queries of the last hour; a clock that was set back makes none of them future."""
        try:
            times = [float(one) for one in json.loads(data or b"[]")]
        except (ValueError, TypeError):
            # torn by a power cut: as if the hour were used up, for nothing else is safe
            return [now] * self.windows[0][0]
        return sorted(min(one, now) for one in times if one > now - self.windows[0][1])

    def _wait(self, times: list[float], now: float) -> float:
        return max(
            times[-most] + seconds - now if len(times) >= most else 0.0 for most, seconds in self.windows
        )


class QuotaGate(Gate):
    """A gate that also keeps the quota."""

    def __init__(self, quota: Quota, stop: Stop, label: str = "Mixpanel") -> None:
        super().__init__(stop)
        self._label = label
        self._quota = quota
        self._stopping = stop
        self._told = 0.0

    def wait(self) -> None:
        """Pass when the vendor allows a query and the quota has one left. Raises Stopped, LocalError."""
        super().wait()
        while (seconds := self._quota.take()) > 0:
            self._tell(seconds)
            self._stopping.wait(seconds)
            super().wait()

    def _tell(self, seconds: float) -> None:
        until = time.time() + seconds
        if seconds >= _TELL_FROM_SECONDS and until > self._told + 60:
            self._told = until
            clock = time.strftime("%H:%M", time.localtime(until))
            most = self._quota.windows[0][0]
            log.info(f"{self._label} allows {most} queries an hour: waiting until {clock}")
