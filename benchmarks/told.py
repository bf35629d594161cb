"""How far a build is, on stderr: a line a model with its seconds, and about how long the rest takes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, TextIO


class Told:
    """Listens to dbt. `before` are the seconds of each model at a smaller size, by which the rest is reckoned; without
    them each model counts alike. `cpu` tells the seconds of CPU of the process that does the work, where somebody knows."""

    def __init__(
        self,
        before: Mapping[str, float],
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
        cpu: Callable[[], float | None] = lambda: None,
    ) -> None:
        self.models: dict[str, float] = {}
        self.cpus: dict[str, float] = {}
        self._before = before
        self._stream = stream or sys.stderr
        self._clock = clock
        self._cpu = cpu
        self._began: dict[str, tuple[float, float | None]] = {}
        self._total = 0

    def __call__(self, event: Any) -> None:
        """An event of dbt."""
        if event.info.name == "LogStartLine":
            self._total = event.data.total
            return
        if event.info.name not in ("NodeStart", "NodeFinished"):
            return
        kind, *_, name = event.data.node_info.unique_id.split(".")
        if event.info.name == "NodeStart":
            self._began[name] = (self._clock(), self._cpu())
        else:
            self._finished(kind, name, self._clock() - self._began[name][0])

    def _finished(self, kind: str, name: str, seconds: float) -> None:
        more, before, now = "", self._began[name][1], self._cpu()
        if kind == "model":
            self.models[name] = seconds
            if before is not None and now is not None:
                self.cpus[name] = now - before
                more = f" ({now - before:.1f} of CPU)"
        left = self.left()
        rest = f", about {left:.0f} s left" if left is not None else ""
        line = f"{len(self._began)} of {self._total}: {name} {seconds:.1f} s{more}{rest}"
        print(line, file=self._stream, flush=True)

    def left(self) -> float | None:
        """The seconds that are left, by those of the models so far; None before the first one."""
        spent = sum(self.models.values())
        if not spent:
            return None
        known = sum(self._before.get(name, 0.0) for name in self.models)
        if known:
            rest = sum(seconds for name, seconds in self._before.items() if name not in self.models)
            return rest * spent / known
        return (self._total - len(self._began)) * spent / len(self.models)
