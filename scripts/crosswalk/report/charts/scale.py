"""Axes: round numbers for ticks, and coordinates in short form."""

import datetime as dt
from math import floor, log10


def number(value: float) -> str:
    """A coordinate with one decimal at most: 12.0 is "12"."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def ticks(largest: float, wanted: int = 4) -> list[int]:
    """Round whole numbers from 0 to at least `largest`: 870 gives 0, 250, 500, 750, 1000."""
    if largest <= 0:
        return [0, 1]
    rough = max(largest / wanted, 1)
    power = 10 ** floor(log10(rough))
    step = next(
        int(factor * power)
        for factor in (1, 2, 2.5, 5, 10)
        if factor * power >= rough and factor * power % 1 == 0
    )
    found = list(range(0, int(largest) + step, step))
    return found if found[-1] >= largest else [*found, found[-1] + step]


def short(value: int) -> str:
    """A tick's label: 12500 is "12.5k", 3000000 is "3M"."""
    for size, unit in ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")):
        if value >= size:
            return f"{value / size:.1f}".removesuffix(".0") + unit
    return str(value)


def month_ticks(first: dt.date, last: dt.date, most: int = 12) -> list[tuple[dt.date, str]]:
    """First days of months with labels, the year at each January and at the start; at most about `most` of them."""
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    step = next(
        (size for size in (1, 2, 3, 6, 12) if months / size <= most), 12 * (months // (12 * most) + 1)
    )
    found: list[tuple[dt.date, str]] = []
    at = dt.date(first.year, first.month, 1)
    while at <= last:
        if (
            at >= first
            and (at.month - 1) % min(step, 12) == 0
            and (step <= 12 or at.year % (step // 12) == 0)
        ):
            label = at.strftime("%b %Y") if at.month == 1 or not found else at.strftime("%b")
            found.append((at, label))
        at = dt.date(at.year + at.month // 12, at.month % 12 + 1, 1)
    return found or [(first, first.strftime("%d %b %Y"))]
