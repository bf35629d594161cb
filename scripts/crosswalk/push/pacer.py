"""The pace: records and bytes a second over all workers, a pause for all when the vendor asks for one, and a lower
pace after that, which rises again by itself.
"""

import threading
import time
from collections.abc import Callable

from crosswalk.push.stop import Stop

# After a refusal the pace is halved, at most once a second and never below a sixteenth; each second after it gives a
# sixtieth of the full pace back, so that it is whole again within a minute.
_CUT = 0.5
_LEAST = 1 / 16
_GROWTH_A_SECOND = 1 / 60
_CUT_EVERY_SECONDS = 1.0


class Pacer:
    """Hands out sending times; a batch's time is booked before it is waited for, so that workers do not race."""

    def __init__(
        self,
        records_per_second: float,
        bytes_per_second: float | None,
        stop: Stop,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.clock = clock
        self._records_per_second = records_per_second
        self._bytes_per_second = bytes_per_second
        self._stop = stop
        self._lock = threading.Lock()
        self._next = clock()
        self._held_until = self._next
        self._share = 1.0
        self._cut_at = self._next - _CUT_EVERY_SECONDS

    def take(self, records: int, size: int) -> None:
        """Wait until this many records and bytes may be sent. Raises Stopped.

        Who has waited looks again: a pause that began meanwhile holds for everybody.
        """
        cost = records / self._records_per_second
        if self._bytes_per_second:
            cost = max(cost, size / self._bytes_per_second)
        while True:
            with self._lock:
                start = max(self._next, self._held_until, self.clock())
                self._next = start + cost / self._share_now()
            self._stop.wait(start - self.clock())
            with self._lock:
                if self.clock() >= self._held_until:
                    return

    def hold(self, seconds: float) -> None:
        """Let no request start within the next `seconds`, whichever worker wants to."""
        with self._lock:
            self._held_until = max(self._held_until, self.clock() + seconds)

    def slow_down(self) -> None:
        """The vendor has too much to do: halve the pace."""
        with self._lock:
            now = self.clock()
            if now - self._cut_at >= _CUT_EVERY_SECONDS:
                self._share = max(_LEAST, self._share_now() * _CUT)
                self._cut_at = now

    def share(self) -> float:
        """The pace now, as a share of the full one."""
        with self._lock:
            return self._share_now()

    def _share_now(self) -> float:
        return min(1.0, self._share + (self.clock() - self._cut_at) * _GROWTH_A_SECOND)
