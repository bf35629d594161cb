"""Stopping in good order: Ctrl-C, SIGTERM and SIGHUP end the taking of new batches, and every wait."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

from crosswalk import exits

GRACE_SECONDS = 4.0  # of the five in which a run ends, whatever the vendor does


class Stopped(Exception):
    """A wait or a batch was given up because the run is ending; nothing is wrong with the batch."""


class Stop:
    """A flag that threads look at, and the reason it was raised."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self.signal: int | None = None
        self.hurried = False

    def raise_flag(self) -> None:
        """End the run after the batches that are being sent."""
        self._event.set()

    def is_set(self) -> bool:
        """Whether the run is ending."""
        return self._event.is_set()

    def wait(self, seconds: float) -> None:
        """Sleep, but not past the end of the run. Raises Stopped."""
        if self._event.wait(max(0.0, seconds)):
            raise Stopped

    def exit_code(self) -> int | None:
        """130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP, None where no signal came."""
        return None if self.signal is None else exits.of_signal(self.signal)

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Take Ctrl-C, SIGTERM and SIGHUP while the block runs; a second signal gives up the wait for open requests."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {one: signal.signal(one, self._on_signal) for one in signals}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.hurried = self.signal is not None
        self.signal = self.signal or number
        self._event.set()
