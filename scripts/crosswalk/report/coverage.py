"""The delivery day by day: complete, partial, missing, not attempted, or a day of which the source has nothing."""

import datetime as dt
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from crosswalk.report.book import Book

# In the words of the legend.
STATES = {
    "verified": "every payload was accepted, and its events were found there",
    "complete": "every payload was accepted",
    "partial": "some payloads were accepted",
    "missing": "sent, and nothing was accepted",
    "waiting": "not attempted yet",
    "different": "found there in another number than accepted",
    "extra": "more accepted than stand here now",
    "empty": "no payload of this day",
}


@dataclass(frozen=True)
class Day:
    """One day: payloads, the answer of the destination, and of `payloads` those over a limit; `found` where verified."""

    day: str
    state: str
    payloads: int
    accepted: int
    refused: int
    over_limits: int
    open: int
    found: int | None

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def coverage(book: Book, is_verified: bool) -> list[Day]:
    """Each day with payloads or batches, in order; days without both are not in the list.

    `is_verified`: what was found counts, since it is about this delivery.
    """
    payloads = {str(row["day"]): int(row["records"]) for row in book.rows("days")}
    over = {str(row["day"]): int(row["records"]) for row in book.rows("over_limits_days")}
    sent = {str(row["day"]): row for row in book.rows("accepted_days")}
    found = {str(row["day"]): row for row in book.rows("verified_days")} if is_verified else {}
    days = []
    for day in sorted(payloads.keys() | sent.keys() | found.keys()):
        row, there = sent.get(day, {}), found.get(day)
        numbers = {
            "payloads": payloads.get(day, 0),
            "accepted": int(row.get("accepted") or 0),
            "refused": int(row.get("refused") or 0),
            "over_limits": over.get(day, 0),
            "open": int(row.get("open") or 0),
        }
        state = _state(numbers["payloads"], numbers["accepted"], bool(row))
        if there is not None:
            expected = there["accepted"] if there["accepted"] is not None else there["delivered"]
            verified = "verified" if state == "complete" else state
            state = "different" if there["found"] != expected else verified
        days.append(Day(day=day, state=state, found=there["found"] if there is not None else None, **numbers))
    return days


def _state(payloads: int, accepted: int, was_sent: bool) -> str:
    if accepted > payloads:
        return "extra"
    if accepted == payloads and payloads:
        return "complete"
    if accepted:
        return "partial"
    return "missing" if was_sent else "waiting"


def gaps(days: list[str]) -> list[tuple[str, str, int]]:
    """Stretches of days without anything between days that have something: first day, last day, how many."""
    found = []
    dates = [dt.date.fromisoformat(day) for day in days]
    for before, after in pairwise(dates):
        missing = (after - before).days - 1
        if missing > 0:
            first, last = before + dt.timedelta(days=1), after - dt.timedelta(days=1)
            found.append((first.isoformat(), last.isoformat(), missing))
    return found
