"""Write seeded, realistic Heap tables as CSV: users, page views, all_events and ten event tables, about 1 kB an event.

Run it as `python benchmarks/generate_heap.py --events 300000 --dest data/bench`.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

TABLES = ["pageviews"] + [f"event_step_{number}" for number in range(10)]
WORDS = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet"]
START = datetime(2024, 1, 1)
CONTEXT = {
    "library": "web",
    "platform": "Mac OS X 10.15.7",
    "device_type": "Desktop",
    "country": "United States",
    "region": "California",
    "city": "San Francisco",
    "ip": "203.0.113.5",
    "referrer": "https://www.google.com/",
    "landing_page": "https://www.example.com/pricing",
    "browser": "Chrome 120.0",
    "domain": "www.example.com",
    "path": "/pricing",
    "title": "Pricing",
}
HEADER = [
    "user_id",
    "event_id",
    "session_id",
    "time",
    *CONTEXT,
    *(f"property_{number}" for number in range(20)),
]


def text_of(moment: datetime) -> str:
    """A time as Heap writes it."""
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def people(count: int) -> Iterator[list[object]]:
    """The rows of the users table; half of the people have an identity."""
    for person in range(count):
        known = person % 2 == 1
        email = f"person{person}@example.com" if known else ""
        joined = text_of(START - timedelta(days=person % 300))
        yield [
            4_000_000_000_000_000 + person,
            f"user-{person:08d}" if known else "",
            email,
            joined,
            joined,
            WORDS[person % 10],
        ]


def main() -> None:
    """Write the tables; every 200th row is written twice, as overlapping syncs do."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=300_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dest", type=Path, required=True)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    count = max(1, arguments.events // 30)
    arguments.dest.mkdir(parents=True, exist_ok=True)
    with (arguments.dest / "heap_users.csv").open("w", newline="") as file:
        users = csv.writer(file)
        users.writerow(["user_id", "identity", "email", "joindate", "last_modified", "plan"])
        users.writerows(people(count))
    files = {
        name: (arguments.dest / f"heap_{name}.csv").open("w", newline="") for name in [*TABLES, "all_events"]
    }
    tables = {name: csv.writer(file) for name, file in files.items()}
    for name, table in tables.items():
        table.writerow(
            ["event_id", "time", "user_id", "session_id", "event_table_name"]
            if name == "all_events"
            else HEADER
        )
    for number in range(arguments.events):
        person, name = 4_000_000_000_000_000 + rng.randrange(count), rng.choice(TABLES)
        event, session = 8_000_000_000_000_000 + number, 7_000_000_000_000_000 + number // 20
        at = text_of(START + timedelta(seconds=rng.random() * 3 * 86_400))
        properties = [rng.choice(WORDS) * rng.randint(1, 4) for _ in range(20)]
        for _ in range(2 if number % 200 == 0 else 1):
            tables[name].writerow([person, event, session, at, *CONTEXT.values(), *properties])
        tables["all_events"].writerow([event, at, person, session, name])
    for file in files.values():
        file.close()


if __name__ == "__main__":
    main()
