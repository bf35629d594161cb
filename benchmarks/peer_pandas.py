"""A peer: the loop of PostHog's documented Heap script on Amplitude's files: pandas reads, `iterrows` walks, the SDK captures.

`python benchmarks/peer_pandas.py GLOB URL` prints one JSON object. The script reads CSV; these files are JSON lines, so it is
`read_json` that reads them.
"""

from __future__ import annotations

import sys

import loopback

refused = loopback.guard()

import pandas  # type: ignore[import-untyped]  # noqa: E402
import peer  # noqa: E402
from posthog import Posthog  # type: ignore[import-not-found]  # noqa: E402

RENAMED = {
    "os_name": "$browser",
    "os_version": "$browser_version",
    "device_type": "$device_type",
    "library": "$lib",
    "ip_address": "$ip",
    "city": "$geoip_city_name",
    "country": "$geoip_country_name",
    "region": "$geoip_subdivision_1_name",
}
OMITTED = {
    "user_id",
    "event_time",
    "event_type",
    "uuid",
    "event_id",
    "session_id",
    "event_properties",
    "user_properties",
}


def main() -> None:
    """Every row of every file."""
    clock = peer.Clock()
    client = Posthog("phc_benchmark", host=sys.argv[2], historical_migration=True)
    events = 0
    for name in peer.files_of(sys.argv[1]):
        for _, row in pandas.read_json(name, lines=True, compression="gzip", convert_dates=False).iterrows():
            line = row.to_dict()
            properties = dict(line["event_properties"])
            for key, value in line.items():
                if key in OMITTED or (not isinstance(value, dict | list) and pandas.isna(value)):
                    continue
                properties[RENAMED.get(key, key)] = value
            user = line["user_id"] if isinstance(line["user_id"], str) else line["device_id"]
            client.capture(
                event=line["event_type"],
                distinct_id=user,
                properties=properties | {"$set": line["user_properties"]},
                timestamp=pandas.to_datetime(line["event_time"], utc=True).to_pydatetime(),
            )
            events += 1
    client.shutdown()
    clock.say(events, refused=refused)


if __name__ == "__main__":
    main()
