"""A peer: the script that anyone would write. Lines by `gzip` and `json`, one dictionary an event, batches of 2,000, gzip 6.

`python benchmarks/peer_naive.py GLOB URL` sends Amplitude rows in Mixpanel's shape and prints one JSON object.
"""

from __future__ import annotations

import gzip
import http.client
import json
import sys
import urllib.parse
from datetime import datetime
from pathlib import Path
from typing import Any


def event_of(row: dict[str, Any]) -> dict[str, Any]:
    """What Mixpanel's own guide maps."""
    moment = datetime.fromisoformat(row["event_time"] + "+00:00")
    spine = {
        "time": int(moment.timestamp() * 1000),
        "distinct_id": row["user_id"] or row["device_id"],
        "$insert_id": row["uuid"],
        "$device_id": row["device_id"],
        "$city": row["city"],
        "$region": row["region"],
        "$os": row["os_name"],
    }
    return {
        "event": row["event_type"],
        "properties": {**row["event_properties"], **row["user_properties"], **spine},
    }


def main() -> None:
    """Read, map, post."""
    address = urllib.parse.urlsplit(sys.argv[2])
    sender = http.client.HTTPConnection(address.hostname or "127.0.0.1", address.port)
    batch: list[dict[str, Any]] = []
    events = 0

    def send() -> None:
        nonlocal events
        body = gzip.compress(json.dumps(batch, separators=(",", ":")).encode(), 6)
        headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
        sender.request("POST", "/import?strict=1", body, headers)
        sender.getresponse().read()
        events += len(batch)
        batch.clear()

    for name in sorted(Path(sys.argv[1]).parent.glob(Path(sys.argv[1]).name)):
        with gzip.open(name, "rt", encoding="utf-8") as lines:
            for line in lines:
                batch.append(event_of(json.loads(line)))
                if len(batch) == 2000:
                    send()
    if batch:
        send()
    print(json.dumps({"events": events}))


if __name__ == "__main__":
    main()
