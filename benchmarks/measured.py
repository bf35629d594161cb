"""Run a program and say what it cost: wall seconds, CPU seconds, peak memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """What one program took. `said` is its last line on stdout where that is a JSON object."""

    wall: float
    cpu: float
    peak_mb: float
    said: dict[str, object]

    def per_million(self, events: int) -> tuple[float, float]:
        """Wall and CPU seconds a million events."""
        return self.wall * 1e6 / events, self.cpu * 1e6 / events


class Failed(Exception):
    """A program that was to be measured ended with an error."""


def run(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str] | None = None,
    log: Path | None = None,
) -> Cost:
    """Run `command` in `folder` to its end. Raises Failed with the end of what it said."""
    log = log or folder / "benchmark.log"
    out = log.with_suffix(".out")
    begun = time.perf_counter()
    with log.open("wb") as errors, out.open("wb") as said:
        process = subprocess.Popen(
            command, cwd=folder, stdout=said, stderr=errors, env={**os.environ, **(environment or {})}
        )
        _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        end = (out.read_bytes() + log.read_bytes())[-2000:].decode(errors="replace")
        raise Failed(f"{' '.join(command)} ended with {process.returncode}:\n{end}")
    unit = 1 if sys.platform == "darwin" else 1024
    peak_mb = usage.ru_maxrss * unit / 1e6
    return Cost(wall, usage.ru_utime + usage.ru_stime, peak_mb, _last_object(out))


def _last_object(path: Path) -> dict[str, object]:
    lines = path.read_text(errors="replace").splitlines()
    try:
        said = json.loads(lines[-1]) if lines else {}
    except ValueError:
        said = {}
    return said if isinstance(said, dict) else {}
