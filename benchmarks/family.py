"""The memory of a program and those that it started, together; what the system says of a program is its largest process."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from types import TracebackType

_EVERY = 0.2  # seconds


class Family:
    """Looks every 0.2 s while the block runs. `peak_mb` is 0 where there was one process alone, and where there is no /proc.

    A page that several processes share counts once (Pss of proc_pid_smaps(5)), since each maps the same libraries.
    """

    def __init__(self, pid: int) -> None:
        self.peak_mb = 0.0
        self._pid = pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Family:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(_EVERY):
            pids = _members(self._pid)
            if len(pids) > 1:
                self.peak_mb = max(self.peak_mb, sum(map(_share, pids)) * 1024 / 1e6)


def _members(pid: int) -> list[int]:
    """A process and all below it."""
    below: list[int] = []
    with contextlib.suppress(OSError):
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in children.read_text().split():
                below += _members(int(child))
    return [pid, *below]


def _share(pid: int) -> int:
    """kB."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
