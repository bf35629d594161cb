"""How records are cut into requests: the one rule that `plan` counts by and `push` sends by."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """The most that one request may hold: records, and bytes of uncompressed body."""

    records: int
    bytes: int

    def lowered(self, records: int | None) -> "Limits":
        """The same with fewer records, for `--batch-size`; never with more than the vendor takes."""
        return Limits(min(self.records, records), self.bytes) if records else self


# Mixpanel docs, reference/import-events: 2000 events and 10 MB uncompressed a request.
# Mixpanel docs, reference/profile-set: 2000 updates a request; its samples recommend 200.
# PostHog capture: 20 MiB a request, also after decompression; its own importer stays under 9 MiB.
LIMITS = {
    "mixpanel": {
        "import": Limits(2000, 9_500_000),
        "engage": Limits(200, 9_500_000),
        "groups": Limits(200, 9_500_000),
    },
    "posthog": {"batch": Limits(1_000_000, 9_000_000)},
}

# Records a second: Mixpanel docs, reference/rate-limits (30,000/s, we stay below); PostHog docs, migrate: "a few
# thousand events per second".
RATES = {"mixpanel": 25_000, "posthog": 2_000}

# Uncompressed bytes a second: Mixpanel docs, reference/rate-limits (2 GB of JSON a minute, we stay below).
BYTE_RATES = {"mixpanel": 30_000_000, "posthog": None}


def endpoint_of(destination: str, kind: str) -> str:
    """The endpoint a kind of record goes to: PostHog has one for all of them."""
    return kind if destination == "mixpanel" else "batch"


def cut(sizes: Iterable[int], limits: Limits) -> Iterator[int]:
    """Lengths of the consecutive parts in which records of these sizes (bytes, comma included) are sent.

    Greedy, so that the parts depend on the records alone; a record that is too large by itself makes a part of one.
    """
    records = total = 0
    for size in sizes:
        if records and (records == limits.records or total + size > limits.bytes):
            yield records
            records = total = 0
        records += 1
        total += size
    if records:
        yield records
