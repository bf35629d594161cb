"""The counts of one run, kept by several threads."""

import threading
import time
from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True)
class Counts:
    """Records by what became of them in this run, and what it took."""

    requests: int
    accepted: int
    refused: int
    withheld: int
    seconds: float


class Tally:
    """Counts up; `withheld` are records that were not sent because the vendor would refuse them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counter: Counter[str] = Counter()
        self._started = time.monotonic()

    def add(self, **numbers: int) -> None:
        """Add to any of requests, accepted, refused, withheld."""
        with self._lock:
            self._counter.update(numbers)

    def counts(self) -> Counts:
        """The counts so far."""
        with self._lock:
            found = self._counter
            seconds = time.monotonic() - self._started
            return Counts(found["requests"], found["accepted"], found["refused"], found["withheld"], seconds)
