"""Run a program and say what it cost: wall seconds, CPU seconds, peak memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from family import Family

LONGEST = 3 * 3600.0


@dataclass(frozen=True)
class Cost:
    """What one program took. `said` is its last line on stdout where that is a JSON object."""

    wall: float
    cpu: float
    peak_mb: float
    said: dict[str, Any] = field(default_factory=dict)

    def scaled(self, ran: int, events: int) -> tuple[float, float]:
        """Wall and CPU seconds for `events`, of a program that ran on `ran` of them.

        What it said of its work grows with the events; what is left, starting it, does not.
        """
        more = events / ran - 1
        work = self.said.get("work")
        if not isinstance(work, dict):
            return self.wall * (1 + more), self.cpu * (1 + more)
        return self.wall + more * float(work["wall"]), self.cpu + more * float(work["cpu"])


class Failed(Exception):
    """A program that was to be measured ended with an error, or took too long."""


def run(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str] | None = None,
    log: Path | None = None,
    *,
    alone: bool = False,
    aloud: bool = False,
    longest: float = LONGEST,
) -> Cost:
    """Run `command` in `folder` to its end, `longest` seconds at most; with `alone` it has no environment but the one given,
    with `aloud` its stderr is ours and not the log.

    Raises Failed with the end of what it said.
    """
    log = log or folder / "benchmark.log"
    out = log.with_suffix(".out")
    inherited = {} if alone else os.environ
    begun = time.perf_counter()
    with log.open("wb") as errors, out.open("wb") as said:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdout=said,
            stderr=None if aloud else errors,
            env={**inherited, **(environment or {})},
        )
        timer = threading.Timer(longest, process.kill)
        timer.start()
        try:
            with Family(process.pid) as family:
                _, status, usage = os.wait4(process.pid, 0)
        finally:
            timer.cancel()
    wall = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        end = (out.read_bytes() + log.read_bytes())[-2000:].decode(errors="replace")
        raise Failed(f"{' '.join(command)} ended with {process.returncode} after {wall:.0f} s:\n{end}")
    unit = 1 if sys.platform == "darwin" else 1024
    peak_mb = max(usage.ru_maxrss * unit / 1e6, family.peak_mb)
    return Cost(wall, usage.ru_utime + usage.ru_stime, peak_mb, _last_object(out))


def _last_object(path: Path) -> dict[str, Any]:
    lines = path.read_text(errors="replace").splitlines()
    try:
        said = json.loads(lines[-1]) if lines else {}
    except ValueError:
        said = {}
    return said if isinstance(said, dict) else {}
