"""A week as a map of 7 by 24 cells: the darker, the more events."""

from dataclasses import dataclass

STEP_X, STEP_Y = 18, 20
LEFT, TOP = 34, 8
WIDTH, HEIGHT = LEFT + 24 * STEP_X, TOP + 7 * STEP_Y + 22
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Hour:
    """One cell: its place, its strength from 0 to 1, what it says."""

    x: int
    y: int
    strength: str
    text: str


def hours(week: list[int]) -> list[Hour]:
    """168 counts, Monday 0 h first, as cells."""
    largest = max([*week, 1])
    return [
        Hour(
            x=LEFT + at % 24 * STEP_X,
            y=TOP + at // 24 * STEP_Y,
            strength=f"{0.06 + 0.94 * events / largest:.2f}" if events else "0",
            text=f"{DAYS[at // 24]} {at % 24:02}:00 UTC: {events:,} event{'' if events == 1 else 's'}",
        )
        for at, events in enumerate(week)
    ]
