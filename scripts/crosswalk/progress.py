"""A small progress bar: done, rate and time left, on stderr.

On a terminal it draws itself once the work has taken two seconds; elsewhere it logs a plain line then and
twice a minute, so that a log file stays readable.
"""

import sys
import threading
import time
from types import TracebackType
from typing import TextIO

from crosswalk.output import count, duration, log

_WIDTH = 28
_DRAW_AFTER_SECONDS = 2.0
_REDRAW_SECONDS = 0.1
_PLAIN_SECONDS = 30.0


class Progress:
    """Counts work done against a total; safe to call from several threads."""

    def __init__(self, total: int, noun: str, stream: TextIO | None = None) -> None:
        self._total = total
        self._noun = noun
        self._stream = stream or sys.stderr
        self._terminal = self._stream.isatty()
        self._lock = threading.Lock()
        self._started = time.monotonic()
        self._last = self._started
        self._done = 0
        self._drawn = False
        self._shown = False
        self._notice = ""
        self._notice_until = self._started
        self._next_plain_notice = self._started

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add(self, number: int = 1, note: str = "") -> None:
        """Count `number` more as done, and show it where the time has come."""
        with self._lock:
            self._done += number
            self._show(note)

    def notice(self, text: str, seconds: float) -> None:
        """Show a text beside the counts for that long; where there is no terminal, log it.

        The first line is logged at once; after that short waits are logged twice a minute, long ones always.
        """
        with self._lock:
            now = time.monotonic()
            self._notice, self._notice_until = text, now + seconds
            if self._terminal:
                self._last = now - _REDRAW_SECONDS
                self._show("")
            elif now >= self._next_plain_notice or seconds >= _PLAIN_SECONDS:
                self._next_plain_notice = now + _PLAIN_SECONDS
                log.info(text)

    def close(self) -> None:
        """Remove the bar, so that the result stands alone."""
        with self._lock:
            if self._drawn:
                self._stream.write("\r\x1b[K")
                self._stream.flush()
                self._drawn = False

    def _show(self, note: str) -> None:
        now = time.monotonic()
        if self._terminal:
            due = now - self._started >= _DRAW_AFTER_SECONDS and now - self._last >= _REDRAW_SECONDS
        else:
            due = now - self._last >= (_PLAIN_SECONDS if self._shown else _DRAW_AFTER_SECONDS)
        if not due:
            return
        self._last, self._shown = now, True
        if not note and now < self._notice_until:
            note = self._notice
        text = self._text(now - self._started, note)
        if self._terminal:
            self._stream.write(f"\r\x1b[K{self._bar()} {text}")
            self._stream.flush()
            self._drawn = True
        else:
            log.info(text)

    def _bar(self) -> str:
        share = min(1.0, self._done / self._total) if self._total else 1.0
        filled = int(share * _WIDTH)
        return f"[{'#' * filled}{'.' * (_WIDTH - filled)}] {share:4.0%}"

    def _text(self, elapsed: float, note: str) -> str:
        rate = self._done / elapsed if elapsed else 0.0
        left = duration((self._total - self._done) / rate) if rate else "unknown"
        text = f"{count(self._done)} of {count(self._total)} {self._noun}, {rate:,.0f}/s, {left} left"
        return f"{text}  {note}" if note else text
