"""What the runners of the Python peers have in common: the files, the clock, the last line."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def files_of(pattern: str) -> list[Path]:
    """The files that a glob names, in the order of their names."""
    return sorted(Path(pattern).parent.glob(Path(pattern).name))


def rows_of(pattern: str) -> Iterator[dict[str, Any]]:
    """The rows of gzipped files with a JSON object a line."""
    for name in files_of(pattern):
        with gzip.open(name, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)


class Clock:
    """The seconds of the work itself: starting Python and importing packages are not scaled with the events."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def say(self, events: int, **more: object) -> None:
        """Print the line that the benchmark reads: events that the peer believes it sent, seconds of wall and CPU."""
        work = {"wall": time.perf_counter() - self._wall, "cpu": time.process_time() - self._cpu}
        print(json.dumps({"events": events, "work": work, **more}))
