"""What the project wants of its own speed, held against the figures of a run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from figures import Row, fastest_peer, find, routes_in

SIZE = 1_000_000
SIZES = (300_000, 1_000_000, 3_000_000)
LEAST, AIM = 6.0, 12.0
PUSH_CPU, BUILD_WALL, CATALOG_WALL = 8.0, 20.0, 5.0
FLAT = 1.3
BUILD_MB, PUSH_MB = 2500.0, 256.0
HELP = 0.3
NOT_MEASURED = "not measured"


@dataclass(frozen=True)
class Goal:
    """One goal: what was wanted, what was found, and `met`, `missed` or `not measured`."""

    wanted: str
    found: str
    state: str


def judged(rows: Sequence[Row], help_seconds: float | None) -> list[Goal]:
    """Every goal, route by route where it is about routes from Amplitude."""
    found: list[Goal] = []
    for route in (route for route in routes_in(rows) if route.startswith("amplitude:")):
        found += [
            _ratio(rows, route),
            *_at_one_million(rows, route),
            *_slopes(rows, route),
            *_memory(rows, route),
        ]
    found.append(_limit("`crosswalk --help` under 0.3 s", help_seconds, HELP, "s"))
    return found


def _ratio(rows: Sequence[Row], route: str) -> Goal:
    wanted = f"{route}: the whole way at least 6 times as fast as the fastest peer, with 12 as the aim"
    whole, peer = find(rows, "route", route, "whole way", SIZE), fastest_peer(rows, SIZE)
    if whole is None or peer is None:
        return Goal(wanted, _needs(SIZE), NOT_MEASURED)
    times = peer.wall_per_million / whole.net
    state = "missed" if times < LEAST else "met" if times >= AIM else "met, below the aim"
    return Goal(wanted, f"{times:.1f} times ({peer.step})", state)


def _at_one_million(rows: Sequence[Row], route: str) -> Iterable[Goal]:
    push, build = (find(rows, "route", route, step, SIZE) for step in ("push", "build"))
    models = build.parts.get("models", {}) if build else {}
    catalog = models.get("audit_property_catalog", (None,))[0]
    yield _limit(
        f"{route}: payloads to API at most 8 CPU s/M",
        push.cpu_per_million if push else None,
        PUSH_CPU,
        "CPU s/M",
    )
    yield _limit(f"{route}: build at most 20 s/M", build.net if build else None, BUILD_WALL, "s/M")
    yield _limit(f"{route}: of it the property catalog at most 5 s/M", catalog, CATALOG_WALL, "s/M")


def _slopes(rows: Sequence[Row], route: str) -> Iterable[Goal]:
    for step in ("build", "plan", "push", "whole way"):
        wanted = f"{route}: {step} at 0.3, 1 and 3 million within {FLAT} of each other"
        found = [find(rows, "route", route, step, size) for size in SIZES]
        nets = [row.net for row in found if row is not None]
        if len(nets) < len(SIZES):
            yield Goal(wanted, _needs(*SIZES), NOT_MEASURED)
        else:
            yield _limit(wanted, max(nets) / min(nets), FLAT, "")


def _memory(rows: Sequence[Row], route: str) -> Iterable[Goal]:
    build = find(rows, "route", route, "build", SIZES[-1])
    steps = ("plan", "push", "second push")
    pushes = [row.peak_mb for row in rows if row.kind == "route" and row.route == route and row.step in steps]
    yield _limit(
        f"{route}: build under 2,500 MB at 3 million",
        build.peak_mb if build else None,
        BUILD_MB,
        "MB",
        SIZES[-1],
    )
    yield _limit(f"{route}: plan and push under 256 MB at any size", max(pushes, default=None), PUSH_MB, "MB")


def _limit(wanted: str, found: float | None, most: float, unit: str, size: int = SIZE) -> Goal:
    if found is None:
        return Goal(wanted, _needs(size), NOT_MEASURED)
    shown = f"{found:,.0f}" if unit == "MB" else f"{found:.3f}" if unit == "s" else f"{found:.2f}"
    return Goal(wanted, f"{shown} {unit}".strip(), "met" if found <= most else "missed")


def _needs(*sizes: int) -> str:
    return "asks for " + ", ".join(f"{size:,}" for size in sizes) + " events"
