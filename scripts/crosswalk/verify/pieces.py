"""Stretches of days to ask a destination for: long enough to keep its quota, short enough to be asked for again."""

from collections.abc import Sequence
from dataclasses import dataclass

_MOST_DAYS = 90


@dataclass(frozen=True)
class Stretch:
    """Days since 1970, both included, and the records that are expected there."""

    number: int
    first: int
    last: int
    records: int


def stretches(days: Sequence[tuple[int, int]], most: int, last_day: int) -> list[Stretch]:
    """Stretches that cover all from a day before the first to a day after the last, but nothing behind `last_day`.

    `days` are days with the number of their records, in order; `most` is how many records a stretch may hold, unless a
    single day has more.
    """
    if not days:
        return []
    counts = dict(days)
    found: list[Stretch] = []
    begin, filled = days[0][0] - 1, 0
    end = min(days[-1][0] + 1, last_day)
    if end < begin:
        return []
    for day in range(begin, end + 1):
        number = counts.get(day, 0)
        if day > begin and (filled + number > most or day - begin >= _MOST_DAYS):
            found.append(Stretch(len(found), begin, day - 1, filled))
            begin, filled = day, 0
        filled += number
    found.append(Stretch(len(found), begin, end, filled))
    return found
