"""The figures of a run: rows as they come, kept in a file of JSON lines, and what is worked out of several of them."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from measured import Cost

# How many rows the files of one million events hold: every 200th event is there twice.
ROWS_PER_MILLION = 1_005_000

# What the route's goals leave out of a build, and the results print beside it.
APART = ("start", "test", "unit_test")


@dataclass(frozen=True)
class Row:
    """One measured step. `events` is the size it is shown under, `ran` how many events it was given.

    `kind` is route, limit, script or peer; `parts` is what the step said of itself, and what arrived at the sink.
    """

    kind: str
    route: str
    step: str
    events: int
    ran: int
    wall: float
    cpu: float
    wall_per_million: float
    cpu_per_million: float
    peak_mb: float
    parts: dict[str, Any] = field(default_factory=dict)

    @property
    def apart(self) -> float:
        """Seconds of dbt's start and of its tests."""
        parts = self.parts.get("parts", {})
        return sum(float(parts[name]["wall"]) for name in APART if name in parts)

    @property
    def apart_cpu(self) -> float:
        """CPU seconds of the same."""
        parts = self.parts.get("parts", {})
        return sum(float(parts[name]["cpu"]) for name in APART if name in parts)

    @property
    def net(self) -> float:
        """Wall seconds a million without dbt's start and tests."""
        return self.wall_per_million - self.apart * 1e6 / self.events

    @property
    def net_cpu(self) -> float:
        """CPU seconds a million without dbt's start and tests."""
        return self.cpu_per_million - self.apart_cpu * 1e6 / self.events

    @property
    def arrived(self) -> dict[str, int]:
        """What the sink counted, by kind."""
        return {name: number for name, number in self.parts.get("arrived", {}).items() if number}


def row_of(
    kind: str, route: str, step: str, events: int, ran: int, cost: Cost, arrived: Mapping[str, int]
) -> Row:
    """One step's row; what ran on a part of the events is scaled to all of them."""
    wall, cpu = (seconds * 1e6 / events for seconds in cost.scaled(ran, events))
    parts = {**cost.said, "arrived": dict(arrived)}
    return Row(kind, route, step, events, ran, cost.wall, cost.cpu, wall, cpu, cost.peak_mb, parts)


class Figures:
    """The rows of one run, printed as they come and kept in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.rows: list[Row] = []
        self.left_out: list[str] = []

    def add(self, row: Row) -> None:
        """Print one step, and keep it."""
        self.rows.append(row)
        part = f" of {row.ran:,}" if row.ran != row.events else ""
        print(
            f"{row.route:22} {row.events:>9,} {row.step:24} {row.wall:8.1f} s {row.cpu:8.1f} CPU s"
            f" {row.wall_per_million:8.1f} s/M {row.cpu_per_million:8.1f} CPU s/M {row.peak_mb:7.0f} MB"
            f"{part} {said_and_arrived(row)}",
            flush=True,
        )
        with self._path.open("a") as file:
            file.write(json.dumps(asdict(row)) + "\n")

    def leave_out(self, line: str) -> None:
        """Say once what is not measured, and why."""
        if line not in self.left_out:
            self.left_out.append(line)
            print(line, flush=True)


def said_and_arrived(row: Row) -> str:
    """What arrived, with what a peer believes it sent where that is another number."""
    if row.kind == "route" or not row.arrived:
        return arrived_text(row)
    return f"said {int(row.parts.get('events', 0)):,}, arrived {arrived_text(row)}"


# What the sink's counts are called, in this order.
KINDS = {
    "/import": "events",
    "/lines": "events",
    "/batch": "records",
    "/engage": "profiles",
    "/groups": "groups",
    "$merge": "merges",
}


def arrived_text(row: Row) -> str:
    """`1,000 events and 40 profiles`; a push says `nothing` where nothing came."""
    words = [f"{row.arrived[kind]:,} {name}" for kind, name in KINDS.items() if kind in row.arrived]
    if not words:
        return "nothing" if "push" in row.step else ""
    return ", ".join(words[:-1]) + (" and " if words[:-1] else "") + words[-1]


def events_arrived(row: Row) -> int:
    """Events at the sink, of what a peer sent."""
    return sum(row.arrived.get(kind, 0) for kind in ("/import", "/batch", "/lines"))


def medians(rows: Iterable[Row]) -> list[Row]:
    """One row a step and size: where a step was measured several times, the one with the median of wall seconds."""
    groups: dict[tuple[str, str, str, int], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.kind, row.route, row.step, row.events), []).append(row)
    kept = []
    for group in groups.values():
        middle = statistics.median_low(row.wall_per_million for row in group)
        kept.append(next(row for row in group if row.wall_per_million == middle))
    return kept


def find(rows: Iterable[Row], kind: str, route: str | None, step: str | None, events: int) -> Row | None:
    """The row of a step at a size; None in `route` or `step` takes any."""
    for row in rows:
        if (
            row.kind == kind
            and row.events == events
            and route in (None, row.route)
            and step in (None, row.step)
        ):
            return row
    return None


def fastest_peer(rows: Iterable[Row], events: int, cpu: bool = False) -> Row | None:
    """The published peer with the fewest seconds a million at a size; one that lost events counts too, in its favour."""
    peers = [row for row in rows if row.kind == "peer" and row.events == events]
    return min(peers, key=lambda row: row.cpu_per_million if cpu else row.wall_per_million, default=None)


def routes_in(rows: Iterable[Row]) -> list[str]:
    """The routes that were measured, in their order."""
    return list(dict.fromkeys(row.route for row in rows if row.kind == "route"))


def sizes_in(rows: Iterable[Row]) -> list[int]:
    """The sizes that were measured, from the smallest."""
    return sorted({row.events for row in rows})
