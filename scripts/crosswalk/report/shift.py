"""Two weeks laid over each other: a map of hours that is moved against the other tells of a wrong time zone."""

from dataclasses import dataclass
from math import sqrt

from crosswalk.report.book import Row

_HOURS = 168
# Below this many events a week's shape is chance.
_ENOUGH = 200
_FARTHEST = 14
# So much better has another place to fit before it is believed.
_MARGIN = 0.02


@dataclass(frozen=True)
class Shift:
    """How two maps fit: hours the second one is behind (+) or ahead of (-) the first, None where there is too little to say."""

    hours: int | None
    fit: float
    text: str


def week(rows: list[Row]) -> list[int]:
    """Events by hour of the week, Monday 0 h first."""
    counts = [0] * _HOURS
    for row in rows:
        counts[(int(row["weekday"]) - 1) * 24 + int(row["hour"])] += int(row["events"])
    return counts


def compare(first: list[int], second: list[int]) -> Shift:
    """The shift under which the second week is most like the first, of 14 hours at most in each direction."""
    if min(sum(first), sum(second)) < _ENOUGH:
        return Shift(None, 0.0, f"Fewer than {_ENOUGH} events: too few to tell a shift.")
    fits = {hours: _likeness(first, second, hours) for hours in range(-_FARTHEST, _FARTHEST + 1)}
    best = max(fits, key=lambda hours: (fits[hours], -abs(hours)))
    if fits[best] - fits[0] < _MARGIN:
        return Shift(0, fits[0], "The two weeks fit best where they are: no time-zone shift.")
    way = "later" if best > 0 else "earlier"
    hours = f"{abs(best)} hour{'s' if abs(best) != 1 else ''}"
    return Shift(
        best,
        fits[best],
        f"The weeks fit best when the destination's is taken as {hours} {way} than the source's: look at the time zone.",
    )


def _likeness(first: list[int], second: list[int], hours: int) -> float:
    """Correlation of the first week with the second one moved back by `hours`."""
    moved = [second[(at + hours) % _HOURS] for at in range(_HOURS)]
    mean_one, mean_two = sum(first) / _HOURS, sum(moved) / _HOURS
    one, two = [value - mean_one for value in first], [value - mean_two for value in moved]
    spread = sqrt(sum(value * value for value in one) * sum(value * value for value in two))
    return sum(a * b for a, b in zip(one, two, strict=True)) / spread if spread else 0.0
