"""Write a seeded, realistic Amplitude export: hourly `.json.gz` files, about 2.4 kB an event.

Run it as `python benchmarks/generate_amplitude.py --events 300000 --dest data/bench`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

EVENT_TYPES = [f"Event {number}" for number in range(38)] + ["[Amplitude] Page Viewed", "session_start"]
COUNTRIES = [
    ("United States", "Illinois", "Chicago"),
    ("Germany", "Berlin", "Berlin"),
    ("Japan", "Tokyo", "Tokyo"),
]
WORDS = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet"]
START = datetime(2024, 1, 1, tzinfo=UTC)
FORMAT = "%Y-%m-%d %H:%M:%S.%f"


def event_properties(rng: random.Random) -> dict[str, object]:
    """Twenty properties of mixed types, as a tracking plan has them."""
    properties: dict[str, object] = {
        f"property_{number}": rng.choice(WORDS) * rng.randint(1, 4) for number in range(12)
    }
    properties |= {f"count_{number}": rng.randint(0, 10_000) for number in range(4)}
    properties |= {"price": round(rng.random() * 100, 2), "is_trial": rng.random() < 0.5}
    properties |= {
        "tags": rng.sample(WORDS, 3),
        "item": {"sku": rng.choice(WORDS), "quantity": rng.randint(1, 9)},
    }
    return properties


def user_properties(rng: random.Random, person: int) -> dict[str, object]:
    """Ten properties that stay with the person, one that changes, and the first-touch ones of the browser SDK."""
    traits: dict[str, object] = {f"trait_{number}": WORDS[(person + number) % 10] for number in range(8)}
    return traits | {
        "logins": rng.randint(1, 500),
        "email": f"person{person}@example.com",
        "plan": {"name": WORDS[person % 10], "seats": person % 40},
        "initial_utm_source": "EMPTY",
        "initial_utm_medium": "EMPTY",
        "initial_referrer": "https://www.example.com/",
        "initial_referring_domain": "www.example.com",
    }


def record(rng: random.Random, number: int, people: int, hours: int) -> tuple[int, str]:
    """One export row as (hour, JSON text); half of the people are anonymous."""
    person = rng.randrange(people)
    at = START + timedelta(seconds=rng.random() * hours * 3600)
    upload = at + timedelta(seconds=rng.randint(1, 90))
    country, region, city = COUNTRIES[person % 3]
    is_web = person % 4 != 0
    row: dict[str, object] = {
        "$insert_id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "$insert_key": None,
        "$schema": None,
        "adid": None,
        "amplitude_attribution_ids": None,
        "amplitude_event_type": None,
        "amplitude_id": 900_000_000_000 + person,
        "app": 187520,
        "city": city,
        "client_event_time": at.strftime(FORMAT),
        "client_upload_time": upload.strftime(FORMAT),
        "country": country,
        "data": {"path": "/2/httpapi", "group_first_event": {}, "group_ids": {}},
        "data_type": "event",
        "device_brand": None,
        "device_carrier": None,
        "device_family": "Mac OS X" if is_web else "Apple iPhone",
        "device_id": f"device-{person:08d}",
        "device_manufacturer": None,
        "device_model": None,
        "device_type": "Mac" if is_web else "Apple iPhone 13",
        "dma": None,
        "event_id": number,
        "event_properties": event_properties(rng),
        "event_time": at.strftime(FORMAT),
        "event_type": rng.choice(EVENT_TYPES),
        "global_user_properties": None,
        "group_properties": {},
        "groups": {"company": [f"company-{person % 50}"]} if person % 5 == 0 else {},
        "idfa": None,
        "ip_address": f"203.0.113.{person % 250}",
        "is_attribution_event": None,
        "language": "English",
        "library": "amplitude-ts/2.11.0",
        "location_lat": None,
        "location_lng": None,
        "os_name": "Chrome" if is_web else "ios",
        "os_version": "122",
        "partner_id": None,
        "paying": None,
        "plan": {},
        "platform": "Web" if is_web else "iOS",
        "processed_time": (upload + timedelta(seconds=2)).strftime(FORMAT),
        "region": region,
        "sample_rate": None,
        "server_received_time": upload.strftime(FORMAT),
        "server_upload_time": upload.strftime(FORMAT),
        "session_id": int(at.timestamp() // 1800 * 1800 * 1000),
        "source_id": None,
        "start_version": None,
        "user_creation_time": None,
        "user_id": f"user-{person:08d}" if person % 2 else None,
        "user_properties": user_properties(rng, person),
        "uuid": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "version_name": None,
    }
    hour = int((upload - START).total_seconds() // 3600)
    return hour, json.dumps(row, separators=(",", ":"), ensure_ascii=False)


def main() -> None:
    """Write the files; every 200th row is written twice, as overlapping export windows do."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=300_000)
    parser.add_argument("--people", type=int, default=0, help="default: one person per 30 events")
    parser.add_argument("--hours", type=int, default=72)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dest", type=Path, required=True)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    people = arguments.people or max(1, arguments.events // 30)
    arguments.dest.mkdir(parents=True, exist_ok=True)
    handles: dict[int, gzip.GzipFile] = {}
    for number in range(arguments.events):
        hour, text = record(rng, number, people, arguments.hours)
        if hour not in handles:
            stamp = START + timedelta(hours=hour)
            name = f"187520_{stamp:%Y-%m-%d}_{stamp.hour}#{rng.randrange(1000)}.json.gz"
            handles[hour] = gzip.open(arguments.dest / name, "wb", compresslevel=1)  # noqa: SIM115
        line = text.encode() + b"\n"
        handles[hour].write(line * 2 if number % 200 == 0 else line)
    for handle in handles.values():
        handle.close()


if __name__ == "__main__":
    main()
