"""Write a seeded, realistic Mixpanel raw export: a `.ndjson.gz` file a day, about 1.2 kB an event.

Run it as `python benchmarks/generate_mixpanel.py --events 300000 --dest data/bench`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

EVENTS = [f"Event {number}" for number in range(39)] + ["$mp_web_page_view"]
WORDS = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet"]
START = datetime(2024, 1, 1, tzinfo=UTC)
DAYS = 3


def record(rng: random.Random, people: int) -> tuple[int, str]:
    """One event as (day, JSON text); half of the people never log in."""
    person = rng.randrange(people)
    at = START + timedelta(seconds=rng.random() * DAYS * 86_400)
    device = str(uuid.UUID(int=person, version=4))
    known = {"$user_id": f"user-{person:08d}"} if person % 2 else {}
    properties: dict[str, object] = {
        "time": int(at.timestamp()),
        "distinct_id": known.get("$user_id", f"$device:{device}"),
        "$device_id": device,
        **known,
        "$insert_id": rng.randbytes(8).hex(),
        "$browser": "Chrome",
        "$browser_version": 122,
        "$city": "Chicago",
        "$region": "Illinois",
        "mp_country_code": "US",
        "$current_url": f"https://www.example.com/{rng.choice(WORDS)}?q={rng.randint(1, 99)}",
        "$os": "Mac OS X",
        "$lib_version": "2.47.0",
        "mp_lib": "web",
        "$mp_api_endpoint": "api-js.mixpanel.com",
        "mp_processing_time_ms": int(at.timestamp() * 1000) + 900,
        **{f"property_{number}": rng.choice(WORDS) * rng.randint(1, 4) for number in range(12)},
        **{f"count_{number}": rng.randint(0, 10_000) for number in range(4)},
        "price": round(rng.random() * 100, 2),
        "tags": rng.sample(WORDS, 3),
    }
    text = json.dumps({"event": rng.choice(EVENTS), "properties": properties}, separators=(",", ":"))
    return (at - START).days, text


def main() -> None:
    """Write the files; every 200th row is written twice, as overlapping exports do."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=300_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dest", type=Path, required=True)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    people = max(1, arguments.events // 30)
    arguments.dest.mkdir(parents=True, exist_ok=True)
    handles = [  # one a day, open to the end
        gzip.open(arguments.dest / f"{START + timedelta(days=day):%Y-%m-%d}.ndjson.gz", "wb", compresslevel=1)  # noqa: SIM115
        for day in range(DAYS)
    ]
    for number in range(arguments.events):
        day, text = record(rng, people)
        line = text.encode() + b"\n"
        handles[day].write(line * 2 if number % 200 == 0 else line)
    for handle in handles:
        handle.close()


if __name__ == "__main__":
    main()
