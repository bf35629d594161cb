"""Progress of an extract: windows done, bytes and rows so far, and a line for each window that is finished."""

import threading
import time
from types import TracebackType

from crosswalk.output import count, duration, log, plural, size
from crosswalk.progress import Progress


class Meter:
    """A progress bar over `total` hours or days; safe to use from several threads, and a context manager."""

    def __init__(self, total: int, noun: str) -> None:
        self._bar = Progress(total, noun)
        self._lock = threading.Lock()
        self._started = time.monotonic()
        self.bytes = 0
        self.rows = 0

    def __enter__(self) -> "Meter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.close()

    def received(self, window: str, number: int) -> None:
        """`number` more bytes of a window came in."""
        with self._lock:
            self.bytes += number
            note = self._note(window)
        self._bar.add(0, note)

    def done(self, window: str, units: int, line: str, rows: int = 0) -> None:
        """A window is finished: `units` of the total, and a line that says what it held."""
        with self._lock:
            self.rows += rows
            note = self._note(window)
        self._bar.close()
        log.info(line)
        self._bar.add(units, note)

    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self._started

    def _note(self, window: str) -> str:
        rate = self.bytes / max(self.seconds(), 0.001)
        return f"{window}: {size(self.bytes)}, {size(rate)}/s, {count(self.rows)} rows"


def window_line(window: str, files: int, rows: int, number: int, seconds: float) -> str:
    """One plain line about a finished window: what it is, files, rows, bytes and time."""
    if not files:
        return f"{window}: no data"
    return f"{window}: {plural(files, 'file')}, {plural(rows, 'row')}, {size(number)} in {duration(seconds)}"
