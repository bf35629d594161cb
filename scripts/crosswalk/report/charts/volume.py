"""Payloads over time as stacked areas, and what was accepted as a line over them."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from crosswalk.report.charts.scale import month_ticks, number, short, ticks

WIDTH, HEIGHT = 960, 300
LEFT, RIGHT, TOP, BOTTOM = 46, 10, 14, 28
# Above so many days a day's own shape is noise: the areas are weekly means then, the line stays daily.
_DAILY = 180
# Above so many days only those with records have a text: one row dated decades off would make thousands of empty ones.
_MOST_TEXTS = 1_100
_Place = Callable[[float], float]


@dataclass(frozen=True)
class Layer:
    """One area: a name, its place in the order of size (0 the largest), its path."""

    name: str
    place: int
    path: str


@dataclass(frozen=True)
class Volume:
    """The chart: areas from the bottom up, the line, axes, a text for each day with its x, and how wide a day is."""

    layers: list[Layer]
    line: str
    is_weekly: bool
    y_ticks: list[tuple[str, str]]
    x_ticks: list[tuple[str, str]]
    marks: list[tuple[str, str]]
    day_width: str = "1"


def volume(
    layers: Sequence[tuple[str, Mapping[str, int]]], line: Mapping[str, int], has_line: bool
) -> Volume | None:
    """Layers are (name, ISO day to records), the largest first. None where there is no day at all."""
    every = sorted({day for _, series in layers for day in series} | set(line))
    if not every:
        return None
    first, last = dt.date.fromisoformat(every[0]), dt.date.fromisoformat(every[-1])
    days = [(first + dt.timedelta(days=at)).isoformat() for at in range((last - first).days + 1)]
    is_weekly = len(days) > _DAILY
    known = frozenset(every)
    smooth = _weekly if is_weekly else _daily
    values = [smooth([float(series.get(day, 0)) for day in days]) for _, series in layers]
    line_values = [float(line[day]) if day in line else None for day in days]
    tallest = max([sum(at) for at in zip(*values, strict=True)] + [value or 0.0 for value in line_values])
    y_ticks = ticks(tallest)

    def x(at: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (at / max(1, len(days) - 1) if len(days) > 1 else 0.5)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / y_ticks[-1]

    return Volume(
        layers=_stack([name for name, _ in layers], values, x, y, len(days)),
        line=_line(line_values, x, y) if has_line else "",
        is_weekly=is_weekly,
        y_ticks=[(number(y(value)), short(value)) for value in y_ticks],
        x_ticks=[(number(x((day - first).days)), label) for day, label in month_ticks(first, last)],
        marks=[
            (number(x(at)), day) for at, day in enumerate(days) if len(days) <= _MOST_TEXTS or day in known
        ],
        day_width=number(max((WIDTH - LEFT - RIGHT) / max(len(days) - 1, 1), 1)),
    )


def _daily(values: list[float]) -> list[float]:
    return values


def _weekly(values: list[float]) -> list[float]:
    """The mean of each day's week: steps of seven days from the first one, flat inside."""
    found: list[float] = []
    for start in range(0, len(values), 7):
        part = values[start : start + 7]
        found += [sum(part) / len(part)] * len(part)
    return found


def _stack(names: Sequence[str], values: list[list[float]], x: _Place, y: _Place, length: int) -> list[Layer]:
    """Paths of the areas, each on top of the one before; points in a straight line are left out."""
    floor = [0.0] * length
    layers = []
    for place, (name, series) in enumerate(zip(names, values, strict=True)):
        top = [low + value for low, value in zip(floor, series, strict=True)]
        if length == 1:
            left, right = number(x(0) - 12), number(x(0) + 12)
            low, high = number(y(floor[0])), number(y(top[0]))
            points = f"M{left} {low}V{high}H{right}V{low}z"
        else:
            upper = _corners([(x(at), y(value)) for at, value in enumerate(top)])
            lower = _corners([(x(at), y(value)) for at, value in enumerate(floor)])[::-1]
            points = "M" + "L".join(f"{number(a)} {number(b)}" for a, b in [*upper, *lower]) + "z"
        layers.append(Layer(name, place, points))
        floor = top
    return layers


def _line(values: list[float | None], x: _Place, y: _Place) -> str:
    """A path with a break wherever there is no value; a day that stands alone is a short stroke."""
    parts: list[list[tuple[float, float]]] = [[]]
    for at, value in enumerate(values):
        if value is None:
            parts.append([])
        else:
            parts[-1].append((x(at), y(value)))
    return "".join(_stroke(part) for part in parts if part)


def _stroke(points: list[tuple[float, float]]) -> str:
    if len(points) == 1:
        (there, height) = points[0]
        return f"M{number(there - 3)} {number(height)}h6"
    return "M" + "L".join(f"{number(a)} {number(b)}" for a, b in _corners(points))


def _corners(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The points without those on a level line between two others."""
    return [
        point
        for at, point in enumerate(points)
        if at in (0, len(points) - 1) or not (points[at - 1][1] == point[1] == points[at + 1][1])
    ]
