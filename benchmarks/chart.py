"""The plot of time and memory against size: hand-written SVG that follows the reader's light or dark."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape

from figures import Row, fastest_peer, find, routes_in, sizes_in

WIDTH, PANEL, HEIGHT, LEFT, TOP = 960, 380, 250, 64, 48
LIGHT = ("#0b62c4", "#a8480a", "#157347", "#7a3fb5", "#b0266a", "#5c6670")
DARK = ("#6cb2ff", "#f2a265", "#5fd39a", "#c39bf5", "#f58fc0", "#a5b0bb")
STYLE = """
.page { fill: #ffffff } .ink { fill: #1f2328 } .soft { fill: #59636e } .grid { stroke: #d8dee4 }
text { font: 13px system-ui, sans-serif } .title { font-weight: 600; font-size: 14px }
"""
DARK_STYLE = (
    ".page { fill: #0d1117 } .ink { fill: #e6edf3 } .soft { fill: #9da7b1 } .grid { stroke: #30363d }"
)

Series = tuple[str, list[Row]]


def drawn(rows: Sequence[Row]) -> str:
    """The SVG: on the left seconds a million, on the right peak memory, both against the number of events, all on log scales."""
    sizes = sizes_in(rows)
    series = _series(rows, sizes)
    panels = [
        _panel(
            LEFT, "Seconds a million", [(name, [(r.events, r.net) for r in found]) for name, found in series]
        ),
        _panel(
            LEFT + PANEL + 100,
            "Peak memory, MB",
            [(name, [(r.events, r.peak_mb) for r in found]) for name, found in series],
        ),
    ]
    height = TOP + HEIGHT + 70 + 22 * math.ceil(len(series) / 2)
    body = [f'<rect class="page" width="{WIDTH}" height="{height}"/>', *panels, _legend(series)]
    colours = "\n".join(f".s{place} {{ stroke: {c}; fill: {c} }}" for place, c in enumerate(LIGHT))
    dark = "\n".join(f".s{place} {{ stroke: {c}; fill: {c} }}" for place, c in enumerate(DARK))
    style = f"{STYLE}{colours}\n@media (prefers-color-scheme: dark) {{\n{DARK_STYLE}\n{dark}\n}}"
    title = "Seconds a million and peak memory against the number of events; the numbers stand in RESULTS.md"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img"'
        f' aria-labelledby="t">\n<title id="t">{title}</title>\n<style>{style}\n</style>\n'
        + "\n".join(body)
        + "\n</svg>\n"
    )


def _series(rows: Sequence[Row], sizes: Sequence[int]) -> list[Series]:
    """The whole way of each route, the limit, the plain script, and the peer that is fastest at the largest size.

    A peer's points are of sizes that it ran on in full: memory cannot be scaled.
    """
    found: list[Series] = []
    for route in routes_in(rows):
        ours = [find(rows, "route", route, "whole way", size) for size in sizes]
        found.append((f"Crosswalk, {route.replace(':', ' to ')}", [row for row in ours if row]))
    for name, kind in (("limit", "limit"), ("plain script", "script")):
        taken = [find(rows, kind, None, None, size) for size in sizes]
        found.append((name, [row for row in taken if row]))
    best = next((peer for size in reversed(sizes) if (peer := fastest_peer(rows, size))), None)
    if best:
        taken = [find(rows, "peer", None, best.step, size) for size in sizes]
        found.append((f"{best.step} (fastest peer)", [row for row in taken if row and row.ran == row.events]))
    return [(name, taken) for name, taken in found if taken][: len(LIGHT)]


def _panel(left: int, title: str, series: Sequence[tuple[str, list[tuple[int, float]]]]) -> str:
    points = [point for _, found in series for point in found if point[1] > 0]
    if not points:
        return ""
    across = _Scale([x for x, _ in points], left, left + PANEL, pad=1.25)
    up = _Scale([y for _, y in points], TOP + HEIGHT, TOP, pad=1.6)
    parts = [f'<text class="ink title" x="{left}" y="{TOP - 20}">{escape(title)}</text>']
    for tick in up.ticks():
        y = up(tick)
        parts.append(f'<line class="grid" x1="{left}" x2="{left + PANEL}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(
            f'<text class="soft" x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{_short(tick)}</text>'
        )
    for size in sorted({x for x, _ in points}):
        parts.append(
            f'<text class="soft" x="{across(size):.1f}" y="{TOP + HEIGHT + 20}" text-anchor="middle">{_short(size)}</text>'
        )
    for place, (_, found) in enumerate(series):
        spots = [(across(x), up(y)) for x, y in found if y > 0]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        parts.append(f'<polyline class="s{place}" style="fill: none; stroke-width: 2" points="{path}"/>')
        parts += [f'<circle class="s{place}" cx="{x:.1f}" cy="{y:.1f}" r="4"/>' for x, y in spots]
    return "\n".join(parts)


def _legend(series: Sequence[Series]) -> str:
    parts = []
    for place, (name, _) in enumerate(series):
        x, y = LEFT + (place % 2) * (PANEL + 100), TOP + HEIGHT + 52 + 22 * (place // 2)
        parts.append(f'<circle class="s{place}" cx="{x + 6}" cy="{y - 4}" r="5"/>')
        parts.append(f'<text class="ink" x="{x + 20}" y="{y}">{escape(name)}</text>')
    return "\n".join(parts)


class _Scale:
    """A log scale from values to places on the page."""

    def __init__(self, values: Iterable[float], begin: float, end: float, pad: float) -> None:
        known = list(values)
        self._low, self._high = min(known) / pad, max(known) * pad
        self._begin, self._end = begin, end

    def __call__(self, value: float) -> float:
        share = math.log(value / self._low) / math.log(self._high / self._low)
        return self._begin + share * (self._end - self._begin)

    def ticks(self) -> list[float]:
        """1, 2 and 5 of each power of ten that is in view."""
        powers = range(math.floor(math.log10(self._low)), math.ceil(math.log10(self._high)) + 1)
        ticks = [step * 10.0**power for power in powers for step in (1, 2, 5)]
        return [tick for tick in ticks if self._low <= tick <= self._high]


def _short(number: float) -> str:
    """`300k`, `3M`, `0.5`."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:g}{letter}"
    return f"{number:g}"
