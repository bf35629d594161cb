"""The coverage calendar: a row a year, a cell a day."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

STEP, CELL = 16, 13
LEFT, TOP = 46, 20
WIDTH = LEFT + 54 * STEP


@dataclass(frozen=True)
class Cell:
    """One day: its place, its state, its ISO date."""

    x: int
    y: int
    state: str
    day: str


@dataclass(frozen=True)
class Year:
    """One year with its cells from the first to the last day of the delivery."""

    year: int
    cells: list[Cell]
    months: list[tuple[int, str]]


def calendar(states: Mapping[str, str]) -> list[Year]:
    """ISO day to state; days between the first and the last one without a state are "empty". Years without any are left out."""
    if not states:
        return []
    first, last = dt.date.fromisoformat(min(states)), dt.date.fromisoformat(max(states))
    years = []
    for year in sorted({int(day[:4]) for day in states}):
        start, end = max(first, dt.date(year, 1, 1)), min(last, dt.date(year, 12, 31))
        cells = [_cell(start + dt.timedelta(days=at), states) for at in range((end - start).days + 1)]
        months = [
            (_column(dt.date(year, month, 1)) * STEP + LEFT, dt.date(year, month, 1).strftime("%b"))
            for month in range(1, 13)
        ]
        years.append(Year(year, cells, months))
    return years


def _column(day: dt.date) -> int:
    """The week of the year, counted from the one that holds 1 January; weeks begin on Monday."""
    return (day.timetuple().tm_yday - 1 + dt.date(day.year, 1, 1).weekday()) // 7


def _cell(day: dt.date, states: Mapping[str, str]) -> Cell:
    iso = day.isoformat()
    return Cell(LEFT + _column(day) * STEP, TOP + day.weekday() * STEP, states.get(iso, "empty"), iso)
