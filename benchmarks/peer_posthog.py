"""A peer: PostHog's documented way to move Amplitude exports, its Python SDK called once an event.

`python benchmarks/peer_posthog.py GLOB URL FORM` sends with the SDK's defaults, as the page "Migrate from Amplitude" does
(`documented`), in large gzipped batches on two threads (`batched`), or each event by itself (`sync`). The mapping is the page's,
in our own words, with all properties kept as well and every file read, where the page sends a fixed list of keys and stops after
six
files. `debug` stays off, which is in the SDK's favour, and the queue is emptied at the end, which the page leaves to the SDK.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any

import loopback

refused = loopback.guard()

import peer  # noqa: E402
from posthog import Posthog  # type: ignore[import-not-found]  # noqa: E402

SETTINGS: dict[str, dict[str, Any]] = {
    "documented": {},
    "batched": {"flush_at": 2000, "gzip": True, "thread": 2},
    "sync": {"sync_mode": True},
}
EVENTS = {
    "[Amplitude] Page Viewed": "$pageview",
    "[Amplitude] Element Clicked": "$autocapture",
    "[Amplitude] Element Changed": "$autocapture",
}
DEVICES = {"Windows": "Desktop", "Linux": "Desktop", "iOS": "Mobile", "Android": "Mobile"}
PAGE = {
    "$current_url": "[Amplitude] Page URL",
    "$pathname": "[Amplitude] Page Path",
    "$referrer": "referrer",
    "$referring_domain": "referring_domain",
}
SCREEN = {
    "$host": "[Amplitude] Page Domain",
    "$viewport_height": "[Amplitude] Viewport Height",
    "$viewport_width": "[Amplitude] Viewport Width",
}
PLACE = {
    "$geoip_city_name": "city",
    "$geoip_subdivision_1_name": "region",
    "$geoip_country_name": "country",
}
FIRST = ("referrer", "referring_domain", "utm_source", "utm_medium", "utm_campaign", "utm_content")


def first_touches(person: dict[str, Any]) -> dict[str, Any]:
    """What is set once; EMPTY says nothing."""
    values = {f"$initial_{name}": person.get(f"initial_{name}") for name in FIRST}
    return {name: None if value == "EMPTY" else value for name, value in values.items()}


def properties_of(row: dict[str, Any]) -> dict[str, Any]:
    """The documented properties, beside everything that the event and the person carry."""
    event, person = row.get("event_properties") or {}, row.get("user_properties") or {}
    version = row.get("os_version") or ""
    shown = {
        "$os": row.get("device_type"),
        "$browser": row.get("os_name"),
        "$device_type": DEVICES.get(row.get("device_type") or ""),
        **{name: event.get(key) for name, key in PAGE.items()},
        **{name: row.get(key) for name, key in PLACE.items()},
    }
    return {
        **event,
        **shown,
        **{name: event.get(key) for name, key in SCREEN.items()},
        "$browser_version": int(version)
        if version.isdigit()
        else version,  # the page's int() fails on 17.5.1
        "$device_id": row.get("device_id"),
        "$ip": row.get("ip_address"),
        "$set_once": first_touches(person),
        "$set": {**person, **shown, "$browser_version": version},
    }


def main() -> None:
    """Capture every row but the starts of sessions, which the page leaves out."""
    clock = peer.Clock()
    client = Posthog("phc_benchmark", host=sys.argv[2], historical_migration=True, **SETTINGS[sys.argv[3]])
    events = left_out = 0
    for row in peer.rows_of(sys.argv[1]):
        if row["event_type"] == "session_start":
            left_out += 1
            continue
        client.capture(
            event=EVENTS.get(row["event_type"], row["event_type"]),
            distinct_id=row.get("user_id") or row.get("device_id"),
            properties=properties_of(row),
            timestamp=datetime.strptime(row["event_time"], "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=UTC),
        )
        events += 1
    client.shutdown()
    clock.say(events, left_out=left_out, refused=refused)


if __name__ == "__main__":
    main()
