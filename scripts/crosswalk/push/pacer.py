"""The pace: records and bytes a second over all workers, and a pause for all when the vendor says "slow down"."""

import threading
import time

from crosswalk.push.stop import Stop


class Pacer:
    """Hands out sending times; a batch's time is booked before it is waited for, so that workers do not race."""

    def __init__(self, records_per_second: float, bytes_per_second: float | None, stop: Stop) -> None:
        self._records_per_second = records_per_second
        self._bytes_per_second = bytes_per_second
        self._stop = stop
        self._lock = threading.Lock()
        self._next = time.monotonic()

    def take(self, records: int, size: int) -> None:
        """Wait until this many records and bytes may be sent. Raises Stopped."""
        cost = records / self._records_per_second
        if self._bytes_per_second:
            cost = max(cost, size / self._bytes_per_second)
        with self._lock:
            start = max(self._next, time.monotonic())
            self._next = start + cost
        self._stop.wait(start - time.monotonic())

    def hold(self, seconds: float) -> None:
        """Let no request start within the next `seconds`, whichever worker wants to."""
        with self._lock:
            self._next = max(self._next, time.monotonic() + seconds)
